#include "tenants/reconciliation.h"

#include <gtest/gtest.h>

#include "leases/in_process_leases.h"
#include "support/coroutines/driven.h"
#include "support/simulated/simulated_catalog.h"

namespace annals::tenants {
namespace {

using engine::Statement;
using Names = std::vector<std::string>;

constexpr int kCreating = 1;
constexpr int kActive = 2;
constexpr int kDeleting = 3;

class ReconciliationTest : public testing::Test {
 protected:
  ReconciliationTest() { catalog_.answer_for(engine_); }

  static std::string aside(const std::string& id) {
    return fmt::format("{}{}_01234567", DatabaseName::kAsidePrefix, id);
  }
  void add_tenant(const std::string& id, const std::string& name, int state = kActive) {
    catalog_.rows.push_back({.id = id, .label = name, .database = name, .state = state});
  }
  void add_database(const std::string& name, const std::string& id, int rows = 0) {
    catalog_.databases[name] = {.comment = "Annals tenant " + id, .tables = {{"events_1", rows}}};
  }
  /// Returns what is logged meanwhile.
  std::string run() {
    testing::internal::CaptureStderr();
    support::run_to_end(driver_, reconciliation_.run());
    return testing::internal::GetCapturedStderr();
  }
  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::SimulatedCatalog catalog_;
  Registry registry_{engine_};
  Databases databases_{engine_};
  leases::InProcessLeases leases_;
  std::string on_their_way_;  // whose events are not in a table yet
  Reconciliation reconciliation_{
      {.engine = engine_,
       .registry = registry_,
       .databases = databases_,
       .leases = leases_,
       .has_waiting_events = [this](ClientId id) { return id.text() == on_their_way_; }}};
  const std::string id_ = ClientId::random().text();
  const std::string other_ = ClientId::random().text();
};

TEST_F(ReconciliationTest, MakesTheRegistryBeforeItComparesAnythingWithIt) {
  run();
  ASSERT_FALSE(engine_.seen.empty());
  EXPECT_TRUE(engine_.seen.front().sql.contains("CREATE TABLE IF NOT EXISTS default.annals_tenants"));
}

TEST_F(ReconciliationTest, DropsAnEmptyDatabaseThatHasNoTenant) {
  add_database("stray", id_);
  const std::string log = run();
  EXPECT_EQ(catalog_.names(), Names{});
  EXPECT_TRUE(log.contains("an empty database without a tenant was dropped") && log.contains(id_)) << log;
}

TEST_F(ReconciliationTest, KeepsTheEventsOfAnUnknownTenantAndTellsOfThem) {
  add_tenant(other_, "known");
  add_database("known", other_);
  add_database("stray", id_, 1);
  add_database("empty", ClientId::random().text());

  const std::string log = run();

  EXPECT_EQ(catalog_.names(), (Names{"known", "stray"}));
  EXPECT_TRUE(log.contains("holds events of a tenant that the registry does not know") && log.contains(id_))
      << log;
  EXPECT_FALSE(log.contains("\"stray\",\"client_id\":\"" + other_)) << log;
  EXPECT_FALSE(reconciliation_.registry_is_lost()) << "it knows another tenant";
}

TEST_F(ReconciliationTest, KeepsADatabaseWhoseEventsAreStillOnTheirWay) {
  add_tenant(other_, "known");
  add_database("known", other_);
  add_database("stray", id_);
  on_their_way_ = id_;

  const std::string log = run();

  EXPECT_EQ(catalog_.names(), (Names{"known", "stray"}));
  EXPECT_TRUE(log.contains("holds events of a tenant that the registry does not know") && log.contains(id_))
      << log;
}

TEST_F(ReconciliationTest, TakesTheRegistryForLostIfAllEventsAreStillOnTheirWay) {
  add_database("stray", id_);
  add_database("empty", other_);
  on_their_way_ = id_;

  run();

  EXPECT_EQ(catalog_.names(), (Names{"empty", "stray"}));
  EXPECT_TRUE(reconciliation_.registry_is_lost());
}

TEST_F(ReconciliationTest, RemovesNothingWhileTheRegistryIsLost) {
  add_database("stray", id_, 1);
  add_database("empty", other_);
  add_database(aside(other_), other_);
  const Names all = catalog_.names();

  run();
  EXPECT_TRUE(reconciliation_.registry_is_lost());
  EXPECT_EQ(catalog_.names(), all);

  add_tenant(ClientId::random().text(), "new");
  run();
  EXPECT_TRUE(reconciliation_.registry_is_lost()) << "a new tenant does not bring the old ones back";
  EXPECT_EQ(catalog_.names(), all);

  add_tenant(id_, "stray");
  run();
  EXPECT_FALSE(reconciliation_.registry_is_lost());
  EXPECT_EQ(catalog_.names(), Names{"stray"});
}

TEST_F(ReconciliationTest, GivesTheDatabaseOfAnActiveTenantItsNameBack) {
  for (const bool is_lost : {false, true}) {
    catalog_ = {};
    add_tenant(id_, "demo");
    add_database(aside(id_), id_, 7);
    if (is_lost) {
      catalog_.rows.clear();
      run();
      ASSERT_TRUE(reconciliation_.registry_is_lost());
      add_tenant(id_, "demo");
      add_database("unknown", other_, 1);
    }

    const std::string log = run();

    EXPECT_TRUE(catalog_.databases.contains("demo")) << is_lost;
    EXPECT_FALSE(catalog_.databases.contains(aside(id_))) << is_lost;
    EXPECT_FALSE(log.contains("registry does not know\",\"database\":\"" + aside(id_))) << log;
  }
}

TEST_F(ReconciliationTest, LeavesAsideWhatIsNotInUse) {
  for (const int state : {kCreating, kDeleting}) {
    catalog_ = {};
    add_tenant(id_, "demo", state);
    add_database(aside(id_), id_, 7);
    const std::string log = run();
    EXPECT_EQ(catalog_.names(), Names{aside(id_)}) << "its deletion removes it; state " << state;
    EXPECT_FALSE(log.contains("registry does not know")) << log;
  }
}

TEST_F(ReconciliationTest, LeavesTheDatabaseOfATenantThatIsMadeMeanwhile) {
  add_database("demo", id_);
  engine_.on_query = [this](const Statement& statement) {
    auto text = catalog_.query(statement);
    if (catalog_.rows.empty()) add_tenant(id_, "demo");
    return support::answer(std::move(text));
  };
  run();
  EXPECT_EQ(catalog_.names(), Names{"demo"});
  EXPECT_EQ(engine_.count("RENAME"), 0U);
}

TEST_F(ReconciliationTest, LeavesWhatCarriesNoTenantsId) {
  add_database("demo", "nobody");
  run();
  EXPECT_EQ(catalog_.names(), Names{"demo"});
}

TEST_F(ReconciliationTest, LeavesANameOnWhichSomebodyIsAtWorkToTheNextTime) {
  add_database("stray", id_);
  {
    const auto lease =
        support::run_to_end(driver_, leases_.acquire(leases::name_key(DatabaseName::parse("stray").value())));
    run();
    EXPECT_EQ(catalog_.names(), Names{"stray"});
  }
  run();
  EXPECT_EQ(catalog_.names(), Names{});
}

TEST_F(ReconciliationTest, GivesADatabaseItsNameBackThatAnEmptyOneOfTheTenantHas) {
  add_tenant(id_, "demo");
  add_database(aside(other_), id_, 7);
  add_database("demo", id_);
  run();
  EXPECT_EQ(catalog_.names(), Names{"demo"});
  EXPECT_EQ(catalog_.databases.at("demo").tables.at("events_1"), 7);
}

TEST_F(ReconciliationTest, KeepsBothDatabasesOfATenantThatHoldEventsAndTellsOfThem) {
  add_tenant(id_, "demo");
  add_database(aside(id_), id_, 7);
  add_database("demo", id_, 2);
  const std::string log = run();
  EXPECT_EQ(catalog_.names(), (Names{aside(id_), "demo"}));
  EXPECT_TRUE(log.contains("has events in the databases demo and " + aside(id_))) << log;
}

TEST_F(ReconciliationTest, LeavesTheNameThatAnotherTenantHas) {
  add_tenant(id_, "demo");
  add_database(aside(id_), id_, 7);
  add_database("demo", other_);
  add_tenant(other_, "demo", kDeleting);
  run();
  EXPECT_EQ(catalog_.names(), (Names{aside(id_), "demo"}));
  EXPECT_EQ(catalog_.databases.at("demo").comment, "Annals tenant " + other_);
}

TEST_F(ReconciliationTest, GoesOnAfterADatabaseThatCannotBeSettled) {
  add_database("first", id_);
  add_database("second", other_);
  engine_.on_execute = [this](const Statement& statement) {
    if (statement.sql.contains("RENAME DATABASE `first`")) {
      return support::fail_with({engine::EngineError::Kind::unknown, 0, "the first one hangs"});
    }
    catalog_.execute(statement);
    return support::done();
  };
  const std::string log = run();
  EXPECT_EQ(catalog_.names(), Names{"first"});
  EXPECT_TRUE(log.contains("a database could not be settled") && log.contains(id_)) << log;
}

TEST_F(ReconciliationTest, TellsOfAnActiveTenantWithoutADatabase) {
  add_tenant(id_, "demo");
  add_tenant(other_, "leaving", kDeleting);
  const std::string log = run();
  EXPECT_TRUE(log.contains("an active tenant has no database") && log.contains(id_)) << log;
  EXPECT_FALSE(log.contains(other_)) << log;
}

}  // namespace
}  // namespace annals::tenants
