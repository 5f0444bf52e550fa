#include "tenants/databases.h"

#include <functional>
#include <stdexcept>

#include <gtest/gtest.h>

#include "support/coroutines/driven.h"
#include "support/simulated/simulated_catalog.h"

namespace annals::tenants {
namespace {

using engine::Statement;
using Names = std::vector<std::string>;

class DatabasesTest : public testing::Test {
 protected:
  DatabasesTest() { catalog_.answer_for(engine_); }

  static Owner owner(const std::string& name = "demo") {
    return {.id = ClientId::random(), .database = DatabaseName::parse(name).value()};
  }
  static std::string mark(const Owner& of) { return "Annals tenant " + of.id.text(); }
  static std::string aside(const Owner& of, const std::string& end = "01234567") {
    return fmt::format("{}{}_{}", DatabaseName::kAsidePrefix, of.id.text(), end);
  }
  static Owner under(const Owner& of, const std::string& name) {
    return {.id = of.id, .database = DatabaseName::parse(name).value()};
  }

  void put(const std::string& name, const Owner& of, int rows = 0) {
    catalog_.databases[name] = {.comment = mark(of), .tables = {{"events_1", rows}}};
  }
  bool make(const Owner& of) { return support::run_to_end(driver_, databases_.make(of)); }
  bool remove_if_empty(const Owner& found) {
    return support::run_to_end(driver_, databases_.remove_if_empty(found));
  }
  /// Removes, with a fence that does `meanwhile`. Returns the code of its failure.
  std::optional<ErrorCode> remove(const Owner& of, std::function<void()> meanwhile = [] {}) {
    const auto fence = [this, meanwhile = std::move(meanwhile)] {
      constexpr int kEndless = 100;
      if (++fences_ == kEndless) throw std::logic_error("it tries for ever");
      meanwhile();
      return support::done();
    };
    return support::error_of(driver_, databases_.remove(of, fence));
  }
  support::Driver driver_;
  support::ScriptedEngine engine_;
  support::SimulatedCatalog catalog_;
  Databases databases_{engine_};
  int fences_ = 0;
};

engine::EngineError failure() {
  return {engine::EngineError::Kind::refused, 1, "the disk is full"};
}

TEST_F(DatabasesTest, MakesADatabaseThatCarriesItsOwner) {
  const Owner one = owner();
  EXPECT_TRUE(make(one));
  EXPECT_EQ(catalog_.databases.at("demo").comment, mark(one));
}

TEST_F(DatabasesTest, TakesADatabaseThatIsThereForItsOwnIfItCarriesItsOwner) {
  const Owner one = owner();
  const Owner other = owner();
  EXPECT_TRUE(make(one));
  EXPECT_TRUE(make(one)) << "the answer to the first statement was lost";
  EXPECT_FALSE(make(other));
  EXPECT_EQ(catalog_.databases.at("demo").comment, mark(one));
}

TEST_F(DatabasesTest, DoesNotTakeAnyFailureForADatabaseThatIsThere) {
  const Owner one = owner();
  put("demo", one);
  engine_.on_execute = [](const Statement& /*statement*/) { return support::fail_with(failure()); };
  EXPECT_THROW(make(one), engine::EngineError);
}

TEST_F(DatabasesTest, RemovesWhatItHasSetAsideAndAsksTheFenceBefore) {
  const Owner one = owner();
  put("demo", one, 7);
  put("another", owner("another"), 7);

  EXPECT_FALSE(
      remove(one, [this] { EXPECT_EQ(engine_.count("DROP") + engine_.count("RENAME"), fences_ - 1); }));

  EXPECT_EQ(fences_, 2) << "before it is set aside, and before it is dropped";
  EXPECT_EQ(catalog_.names(), Names{"another"});
}

TEST_F(DatabasesTest, RemovesWhatAnInterruptedRemovalHasSetAside) {
  const Owner one = owner();
  put(aside(one, "01234567"), one, 7);
  put(aside(one, "89abcdef"), one, 7);
  EXPECT_FALSE(remove(one));
  EXPECT_EQ(catalog_.names(), Names{});
}

TEST_F(DatabasesTest, TouchesNothingThatAnotherOwns) {
  put("demo", owner(), 7);
  EXPECT_FALSE(remove(owner()));
  EXPECT_EQ(catalog_.names(), Names{"demo"});
  EXPECT_EQ(engine_.count("RENAME"), 0U);
}

TEST_F(DatabasesTest, GivesBackTheNameThatWasGivenToAnotherMeanwhile) {
  const Owner one = owner();
  const Owner other = owner();
  put("demo", one, 7);

  EXPECT_EQ(remove(one, [&] { put("demo", other, 9); }), ErrorCode::overloaded);

  EXPECT_EQ(catalog_.names(), Names{"demo"});
  EXPECT_EQ(catalog_.databases.at("demo").comment, mark(other));
}

TEST_F(DatabasesTest, IsContentIfAnotherHasRemovedItMeanwhile) {
  const Owner one = owner();
  put("demo", one, 7);
  EXPECT_FALSE(remove(one, [this] { catalog_.databases.clear(); }));
}

TEST_F(DatabasesTest, DoesNotTakeAnyFailureForADatabaseThatIsGone) {
  const Owner one = owner();
  put("demo", one, 7);
  engine_.on_execute = [](const Statement& /*statement*/) { return support::fail_with(failure()); };
  EXPECT_EQ(remove(one), failure().code());
  EXPECT_EQ(fences_, 1);
  EXPECT_EQ(catalog_.names(), Names{"demo"});
}

TEST_F(DatabasesTest, GivesUpOnADatabaseThatComesBack) {
  const Owner one = owner();
  put("demo", one, 7);
  EXPECT_EQ(remove(one, [&] { put("demo", one, 7); }), ErrorCode::engine_unavailable);
}

TEST_F(DatabasesTest, IsNotDoneWhileTablesAreOnTheDisk) {
  const Owner one = owner();
  put("demo", one, 7);
  engine_.on_query = [this](const Statement& statement) {
    return support::answer(statement.sql.contains("dropped_tables") ? "1\n" : catalog_.query(statement));
  };
  EXPECT_EQ(remove(one), ErrorCode::engine_unavailable);
  EXPECT_EQ(catalog_.names(), Names{});
}

TEST_F(DatabasesTest, FindsTheEventsOfATenantUnderWhateverName) {
  const Owner one = owner();
  const auto holds_events = [&] { return support::run_to_end(driver_, databases_.holds_events(one.id)); };
  EXPECT_FALSE(holds_events());
  put("demo", one);
  put("another", owner("another"), 7);
  EXPECT_FALSE(holds_events()) << "its own is empty";
  put(aside(owner()), one, 7);
  EXPECT_TRUE(holds_events());
}

TEST_F(DatabasesTest, RemovesAnEmptyDatabaseWhateverItsName) {
  const Owner one = owner();
  put("demo", one);
  put(aside(one), one);
  EXPECT_TRUE(remove_if_empty(one));
  EXPECT_TRUE(remove_if_empty(under(one, aside(one))));
  EXPECT_EQ(catalog_.names(), Names{});
  EXPECT_EQ(engine_.count("RENAME"), 1U) << "what lies aside need not be moved";
}

TEST_F(DatabasesTest, LeavesADatabaseWithEventsWhereItIs) {
  const Owner one = owner();
  put("demo", one, 1);
  put(aside(one), one, 1);
  EXPECT_FALSE(remove_if_empty(one));
  EXPECT_FALSE(remove_if_empty(under(one, aside(one))));
  EXPECT_EQ(catalog_.names(), (Names{aside(one), "demo"}));
  EXPECT_TRUE(engine_.count("RENAME") == 0 && engine_.count("DROP") == 0);
}

TEST_F(DatabasesTest, GivesADatabaseItsNameBackThatGotEventsMeanwhile) {
  const Owner one = owner();
  put("demo", one);
  engine_.on_execute = [this](const Statement& statement) {
    if (statement.sql.contains("RENAME")) catalog_.databases.begin()->second.tables["events_1"] = 1;
    catalog_.execute(statement);
    return support::done();
  };
  EXPECT_FALSE(remove_if_empty(one));
  EXPECT_EQ(catalog_.names(), Names{"demo"});
}

TEST_F(DatabasesTest, LeavesADatabaseAsideThatGotEventsMeanwhile) {
  const Owner one = owner();
  put(aside(one), one);
  engine_.on_query = [this, &one](const Statement& statement) {
    auto text = catalog_.query(statement);
    put(aside(one), one, 1);
    return support::answer(std::move(text));
  };
  EXPECT_FALSE(remove_if_empty(under(one, aside(one))));
  EXPECT_EQ(catalog_.names(), Names{aside(one)});
  EXPECT_EQ(engine_.count("RENAME"), 0U);
}

TEST_F(DatabasesTest, TakesAnEmptyDatabaseThatIsGoneForRemoved) {
  const Owner one = owner();
  EXPECT_TRUE(remove_if_empty(one));
  EXPECT_EQ(engine_.count("DROP"), 0U);
}

TEST_F(DatabasesTest, DoesNotRemoveAnEmptyDatabaseThatAnotherOwnsByNow) {
  const Owner one = owner();
  put("demo", owner());
  EXPECT_EQ(support::error_of(driver_, databases_.remove_if_empty(one)), ErrorCode::overloaded);
  EXPECT_EQ(catalog_.names(), Names{"demo"});
}

}  // namespace
}  // namespace annals::tenants
