// Tenants are made, deleted and restored by several instances, in orders that a seed decides, while
// statements are lost, late or done twice and leases run out: whatever happens, what was promised holds.

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "events/tenant_tables.h"
#include "ids/uuid.h"
#include "io/settled.h"
#include "leases/errors.h"
#include "support/coroutines/driven.h"
#include "support/coroutines/rounds.h"
#include "support/coroutines/turns.h"
#include "support/simulated/promised_tenants.h"
#include "support/simulated/simulated_catalog.h"
#include "tenants/databases.h"
#include "tenants/tenancy.h"

namespace annals::tenants {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using engine::Statement;
using support::SimulatedCatalog;
using Kind = EngineError::Kind;
using File = support::PromisedTenants::File;
using Promised = support::PromisedTenants::Tenant;

/// The leases of all instances. One may run out at any time, as if its holder had been asleep.
struct LeaseTable {
  std::map<std::string, int> holders = {};
  int last_holder = 0;
};

class SimulatedLease final : public leases::Lease {
 public:
  SimulatedLease(LeaseTable& table, std::string key, int holder)
      : table_(table), key_(std::move(key)), holder_(holder) {}
  awaitable<void> keep() override {
    if (!is_held()) throw leases::taken_over("the lease has run out");
    co_return;
  }
  awaitable<void> release() override {
    if (is_held()) table_.holders.erase(key_);
    co_return;
  }

 private:
  [[nodiscard]] bool is_held() const {
    const auto found = table_.holders.find(key_);
    return found != table_.holders.end() && found->second == holder_;
  }
  LeaseTable& table_;
  std::string key_;
  int holder_;
};

class SimulatedLeases final : public leases::Leases {
 public:
  SimulatedLeases(LeaseTable& table, support::Turns& turns) : table_(table), turns_(turns) {}
  awaitable<std::unique_ptr<leases::Lease>> acquire(std::string key) override {
    co_await turns_.wait();
    if (!table_.holders.try_emplace(key, table_.last_holder + 1).second) co_return nullptr;
    co_return std::make_unique<SimulatedLease>(table_, key, ++table_.last_holder);
  }
  awaitable<void> clean_up() override { co_return; }

 private:
  LeaseTable& table_;
  support::Turns& turns_;
};

class SimulatedFiles final : public Belonging {
 public:
  SimulatedFiles(std::vector<File>& files, support::Turns& turns) : files_(files), turns_(turns) {}
  awaitable<bool> make(Owner /*owner*/) override { co_return true; }
  awaitable<void> remove(Owner owner, Fence fence) override {
    co_await turns_.wait();
    std::set<int> listed;
    for (const File& file : files_) {
      if (file.database == owner.database.text()) listed.insert(file.number);
    }
    co_await fence();
    co_await turns_.wait();
    std::erase_if(files_, [&listed](const File& file) { return listed.contains(file.number); });
  }

 private:
  std::vector<File>& files_;
  support::Turns& turns_;
};

/// One world: an engine and some instances.
class World {
 public:
  explicit World(unsigned seed) : turns_(seed) {
    for (std::size_t i = 0; i < 1 + turns_.below(3); ++i)
      instances_.push_back(std::make_unique<Instance>(*this));
  }

  void run() {
    std::vector<std::unique_ptr<support::Started<void>>> running;
    for (auto& instance : instances_) {
      for (std::size_t i = 0; i < 1 + turns_.below(2); ++i)
        running.push_back(std::make_unique<support::Started<void>>(driver_, work(*instance)));
    }
    const auto ended = [](const auto& one) { return one->ended(); };
    while (!std::ranges::all_of(running, ended)) step();
    calm_ = true;
    while (!late_.empty()) do_late();
    table_.holders.clear();
    Instance healthy(*this);
    constexpr int kSweeps = 4;
    support::Started<void> sweeps(driver_, sweep(healthy, kSweeps));
    while (!sweeps.ended()) step();
    sweeps.get();
  }

  /// Returns what is wrong, "" if nothing is.
  [[nodiscard]] std::string fault() const { return promised_.fault(); }

 private:
  struct Instance {
    explicit Instance(World& world)
        : engine(std::make_unique<support::ScriptedEngine>()),
          files(world.promised_.files, world.turns_),
          leases(world.table_, world.turns_),
          databases(*engine),
          tables(*engine, changes, true),
          tenancy({.engine = *engine,
                   .leases = leases,
                   .databases = databases,
                   .belongings = {files, databases, tables},
                   .directory = {.max_age = std::chrono::hours(1)},
                   .poll_interval = std::chrono::milliseconds(0)}) {
      engine->on_execute = [&world](Statement statement) { return world.execute(std::move(statement)); };
      engine->on_query = [&world](Statement statement) { return world.query(std::move(statement)); };
      engine->on_insert = [&world](engine::Insert insert) { return world.insert(std::move(insert)); };
    }
    std::unique_ptr<support::ScriptedEngine> engine;
    SimulatedFiles files;
    SimulatedLeases leases;
    Databases databases;
    events::Changes changes{false};
    events::TenantTables tables;
    Tenancy tenancy;
  };

  void step() {
    driver_.settle();
    if (!calm_) {
      if (!late_.empty() && turns_.once_in(8)) do_late();
      if (!table_.holders.empty() && turns_.once_in(15)) table_.holders.erase(table_.holders.begin());
    }
    turns_.give();
  }

  // NOLINTBEGIN(*-reference-coroutine-parameters): instances and tenants live as long as the world

  /// Does some of what an instance is asked for.
  awaitable<void> work(Instance& instance) {
    const std::size_t requests = 2 + turns_.below(7);
    for (std::size_t i = 0; i < requests; ++i) {
      try {
        co_await one_request(instance);
      } catch (const Error&) {
        ++failures_;  // nothing was promised
      }
    }
  }

  awaitable<void> one_request(Instance& instance) {
    switch (turns_.below(5)) {
      case 0:
        return delete_one(instance);
      case 1:
        return sweep(instance, 1);
      case 2:
        return restore_one(instance);
      default:
        return initialise(instance);
    }
  }

  awaitable<void> initialise(Instance& instance) {
    const std::string name = turns_.once_in(12) ? "legacy" : turns_.once_in(4) ? "bank" : "shop";
    const std::string label = turns_.once_in(2) ? "one" : "two";
    const auto made = co_await instance.tenancy.lifecycle().initialise(
        {.database = DatabaseName::parse(name).value(), .label = label});
    promised_.announce(made.id, name, label);
  }

  awaitable<void> restore_one(Instance& instance) {
    auto& tenants = promised_.tenants;
    if (tenants.empty()) co_return;
    const std::size_t which = turns_.below(tenants.size());
    const Promised tenant = tenants[which];
    if (!tenant.gone) co_return;
    ++tenants[which].lives;
    Promised filled = tenant;
    const auto restored = co_await io::settled(instance.tenancy.lifecycle().restore(
        {.id = tenant.id,
         .request = {.database = DatabaseName::parse(tenant.database).value(), .label = tenant.label},
         .secret_hash = crypto::SecretHash(""),
         .created_at = {},
         .settings = ""},
        [&](Fence keep) { return fill(filled, std::move(keep)); }));
    promised_.announce_again(which, filled);
    // Of one that failed it may not be known whether it is active, or will be deleted.
    if (!restored) tenants[which].deletion_begun = true;
    io::result_of(restored);
  }

  awaitable<void> fill(Promised& tenant, Fence keep) {
    co_await keep();
    co_await turns_.wait();
    tenant = promised_.fill(tenant);
    co_await keep();
  }

  awaitable<void> delete_one(Instance& instance) {
    auto& tenants = promised_.tenants;
    if (tenants.empty()) co_return;
    const std::size_t which = turns_.below(tenants.size());
    tenants[which].deletion_begun = true;
    ++tenants[which].deletions;
    const int lives = tenants[which].lives;
    const auto removed = co_await io::settled(instance.tenancy.lifecycle().remove(tenants[which].id));
    --tenants[which].deletions;
    io::result_of(removed);
    if (tenants[which].lives > lives) co_return;  // it was gone, and is there again
    tenants[which].gone = true;
    const std::string left = promised_.left_of(tenants[which]);
    if (!left.empty()) throw std::logic_error("204, and " + left);
  }

  awaitable<void> sweep(Instance& instance, int times) {
    for (int i = 0; i < times; ++i) {
      const bool abandons = calm_ || turns_.once_in(2);
      co_await instance.tenancy.lifecycle().recover(abandons ? std::chrono::milliseconds(0)
                                                             : std::chrono::hours(1));
      co_await instance.tenancy.reconciliation().run();
    }
  }

  // NOLINTEND(*-reference-coroutine-parameters)

  awaitable<std::string> query(Statement statement) {
    co_await turns_.wait();
    if (!calm_ && turns_.once_in(40)) throw EngineError(Kind::unavailable, 0, "not now");
    co_return catalog_.query(statement);
  }

  awaitable<void> insert(engine::Insert insert) {
    co_await turns_.wait();
    if (!calm_ && turns_.once_in(40)) throw EngineError(Kind::refused, 0, "not now");
    catalog_.insert(insert);
  }

  awaitable<void> execute(Statement statement) {
    co_await turns_.wait();
    const std::size_t fate = calm_ ? 9 : turns_.below(14);
    if (fate == 0) throw EngineError(Kind::unknown, 0, "it never comes");
    if (fate == 1 || fate == 5) {
      late_.push_back(late(std::move(statement)));
      throw EngineError(Kind::unknown, 0, "it comes later");
    }
    if (fate == 2 && !statement.at_most_once) late_.push_back(late(statement));  // something repeats it
    if (fate == 3 && SimulatedCatalog::is_advance(statement)) {
      const auto read = catalog_.read_for_advance(statement);
      co_await turns_.wait();
      catalog_.add(read);
      co_return;
    }
    catalog_.execute(statement);
    if (fate == 4) throw EngineError(Kind::unknown, 0, "its answer is lost");
  }

  /// A statement that comes later, and how many lives its tenant had when it was sent.
  struct Late {
    Statement statement;
    int lives = 0;
  };
  [[nodiscard]] Late late(Statement statement) const {
    const int lives = lives_of(statement);
    return {.statement = std::move(statement), .lives = lives};
  }
  [[nodiscard]] int lives_of(const Statement& statement) const {
    const std::string id = support::parameter(statement, "id");
    const auto found =
        std::ranges::find_if(promised_.tenants, [&id](const Promised& one) { return one.id.text() == id; });
    return found == promised_.tenants.end() ? 0 : found->lives;
  }
  static bool changes_the_row(const Statement& statement) {
    return SimulatedCatalog::is_advance(statement) || statement.sql.contains("DELETE WHERE client_id");
  }

  void do_late() {
    const Late one = turns_.take(late_);
    // What comes after the next life of its tenant has begun would end it: decision 0027 accepts that.
    if (changes_the_row(one.statement) && lives_of(one.statement) > one.lives) return;
    try {
      catalog_.execute(one.statement);
    } catch (const EngineError&) {
      ++failures_;  // it finds nothing any more
    }
  }

  support::Turns turns_;
  support::Driver driver_;
  SimulatedCatalog catalog_;
  support::PromisedTenants promised_{catalog_};
  LeaseTable table_;
  int failures_ = 0;
  bool calm_ = false;  // nothing goes wrong any more
  std::vector<Late> late_;
  std::vector<std::unique_ptr<Instance>> instances_;
};

TEST(RandomTenants, KeepWhatWasPromisedHoweverStatementsComeAndGo) {
  support::for_each_seed([](unsigned seed) {
    World world(seed);
    world.run();
    return world.fault();
  });
}

}  // namespace
}  // namespace annals::tenants
