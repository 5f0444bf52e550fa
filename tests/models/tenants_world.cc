#include "models/tenants_world.h"

#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/ordered_ids.h"
#include "models/virtual_clock.h"
#include "ops/log.h"

// NOLINTBEGIN(*-reference-coroutine-parameters): instances live as long as the world

namespace annals::models {
namespace {

using boost::asio::awaitable;
using engine::Statement;
using support::SimulatedCatalog;
using namespace std::chrono_literals;

// As in the service by default: a lease lasts as long as a tenant may be `creating`, and a statement that has
// read is done sooner, or never.
constexpr std::chrono::milliseconds kTtl = 60s;
constexpr std::chrono::seconds kLatestAddition{50};

std::string text_of(const Statement& statement) {
  std::string text = statement.sql;
  for (const auto& one : statement.parameters) {
    if (one.name != "secret_hash") text += fmt::format(" {}={}", one.name, one.value);
  }
  return text;
}

std::int64_t now_ms() {
  return std::chrono::floor<std::chrono::milliseconds>(virtual_time()).count();
}

/// Returns for how many seconds a tenant has been `creating`, as far as it matters to the sweep.
std::int64_t age_of(const SimulatedCatalog::Row& row) {
  constexpr std::int64_t kSecond = 1'000;
  return std::min((now_ms() - row.since_ms + kSecond / 2) / kSecond, kTtl.count() / kSecond);
}

}  // namespace

/// The files of tenants. A removal lists them, and then removes what it has listed.
class TenantsWorld::Files final : public tenants::Belonging {
 public:
  Files(TenantsWorld& world, int process) : world_(world), process_(process) {}

  awaitable<bool> make(tenants::Owner /*owner*/) override { co_return true; }

  awaitable<void> remove(tenants::Owner owner, tenants::Fence fence) override {
    auto listed = std::make_shared<std::set<int>>();
    Call list{.text = "list the files of " + owner.database.text(),
              .effect =
                  [this, listed, name = owner.database.text()] {
                    for (const auto& file : world_.promised_.files) {
                      if (file.database == name) listed->insert(file.number);
                    }
                    return fmt::format("{}", fmt::join(*listed, ","));
                  },
              .changes_something = false};
    co_await world_.schedule_.make(process_, std::move(list));
    co_await fence();
    Call removal{.text = fmt::format("remove the files {}", fmt::join(*listed, ",")),
                 .effect = [this, listed] {
                   std::erase_if(world_.promised_.files,
                                 [&](const auto& file) { return listed->contains(file.number); });
                   return std::string();
                 }};
    co_await world_.schedule_.make(process_, std::move(removal));
  }

 private:
  TenantsWorld& world_;
  int process_;
};

struct TenantsWorld::Instance {
  Instance(TenantsWorld& world, int its_process)
      : files(world, its_process),
        leases(engine, kTtl),
        databases(engine),
        tables(engine, changes, true),
        tenancy({.engine = engine,
                 .leases = leases,
                 .databases = databases,
                 .belongings = {files, databases, tables},
                 .directory = {.max_age = std::chrono::hours(1)},
                 .poll_interval = 1s}) {
    engine.on_execute = [&world, its_process](Statement statement) {
      return world.execute(its_process, std::move(statement));
    };
    engine.on_query = [&world, its_process](Statement statement) {
      return world.query(its_process, std::move(statement));
    };
  }

  support::ScriptedEngine engine;
  Files files;
  leases::EngineLeases leases;
  tenants::Databases databases;
  events::Changes changes{false};
  events::TenantTables tables;
  tenants::Tenancy tenancy;
};

TenantsWorld::TenantsWorld(Choices& choices, Visited& visited, Bounds bounds)
    : schedule_(choices, visited, bounds,
                {.state = [this] { return state(); },
                 .events = [this] { return events(); },
                 .crashed =
                     [this](int process) {
                       start(fmt::format("the restarted {}", process),
                             [this](Instance& instance) { return do_sweep(instance, 1); });
                     },
                 .clock_step = 3s}) {
  ops::set_log_level(ops::Level::error);
  begin_time();
  begin_ids();
}

TenantsWorld::~TenantsWorld() = default;

int TenantsWorld::start(std::string name, std::function<Awaitable(Instance&)> work) {
  const auto process = static_cast<int>(instances_.size());
  instances_.push_back(std::make_unique<Instance>(*this, process));
  Instance& instance = *instances_.back();
  return schedule_.start(std::move(name), [&](int /*process*/) { return work(instance); });
}

void TenantsWorld::have_tenant(const std::string& name, const std::string& label) {
  initialise(name, label);
  schedule_.calm_down();
  schedule_.run();
  schedule_.wake_up();
}

void TenantsWorld::initialise(const std::string& name, const std::string& label) {
  start(fmt::format("init {}", instances_.size()),
        [&](Instance& instance) { return do_initialise(instance, name, label); });
}

void TenantsWorld::remove_first() {
  start(fmt::format("delete {}", instances_.size()),
        [this](Instance& instance) { return do_remove_first(instance); });
}

void TenantsWorld::sweep() {
  start(fmt::format("sweep {}", instances_.size()),
        [this](Instance& instance) { return do_sweep(instance, 1); });
}

awaitable<void> TenantsWorld::do_initialise(Instance& instance, std::string name, std::string label) {
  try {
    auto database = DatabaseName::parse(name).value();
    const auto made =
        co_await instance.tenancy.lifecycle().initialise({.database = std::move(database), .label = label});
    promised_.announce(made.id, name, label);
  } catch (const Error& error) {
    co_return;  // nothing was promised
  }
}

awaitable<void> TenantsWorld::do_remove_first(Instance& instance) {
  promised_.tenants.front().deletion_begun = true;
  try {
    co_await instance.tenancy.lifecycle().remove(promised_.tenants.front().id);
  } catch (const Error& error) {
    co_return;
  }
  promised_.tenants.front().gone = true;
  const std::string left = promised_.left_of(promised_.tenants.front());
  if (!left.empty()) fault_ = "204, and " + left;
}

awaitable<void> TenantsWorld::do_sweep(Instance& instance, int times) {
  for (int i = 0; i < times; ++i) {
    try {
      co_await instance.tenancy.lifecycle().recover(kTtl);
      co_await instance.tenancy.reconciliation().run();
    } catch (const Error& error) {
      continue;  // the next one goes on
    }
  }
}

awaitable<std::string> TenantsWorld::query(int process, Statement statement) {
  const bool about_leases = LeaseTables::is_about_leases(statement);
  const bool never_differs = statement.sql.contains("system.dropped_tables");
  if (never_differs) co_return catalog_.query(statement);
  Call call{.text = text_of(statement),
            .effect =
                [this, statement, about_leases] {
                  catalog_.now_ms = now_ms();
                  return about_leases ? leases_.find(statement) : catalog_.query(statement);
                },
            .changes_something = false};
  auto answer = co_await schedule_.make(process, std::move(call));
  co_return answer;
}

awaitable<void> TenantsWorld::execute(int process, Statement statement) {
  if (statement.sql.contains("CREATE TABLE IF NOT EXISTS default.")) co_return;  // it is there
  if (SimulatedCatalog::is_advance(statement)) {
    co_await advance(process, std::move(statement));
    co_return;
  }
  const bool about_leases = LeaseTables::is_about_leases(statement);
  Call call{.text = text_of(statement),
            .effect =
                [this, statement, about_leases] {
                  catalog_.now_ms = now_ms();
                  about_leases ? leases_.execute(statement) : catalog_.execute(statement);
                  return std::string();
                },
            .may_be_repeated = !statement.at_most_once};
  co_await schedule_.make(process, std::move(call));
}

/// An INSERT … SELECT reads, and adds what it has read: something may happen in between.
awaitable<void> TenantsWorld::advance(int process, Statement statement) {
  auto read = std::make_shared<std::vector<SimulatedCatalog::Row>>();
  Call reading{.text = "read for: " + text_of(statement),
               .effect =
                   [this, statement, read] {
                     catalog_.now_ms = now_ms();
                     *read = catalog_.read_for_advance(statement);
                     return fmt::format("{}", read->size());
                   },
               .changes_something = false};
  co_await schedule_.make(process, std::move(reading));
  Call adding{.text = fmt::format("add {} that were read for: {}", read->size(), text_of(statement)),
              .effect =
                  [this, read] {
                    catalog_.add(*read);
                    return std::string();
                  },
              .latest = kLatestAddition,
              .may_be_repeated = false};
  co_await schedule_.make(process, std::move(adding));
}

std::vector<Schedule::Event> TenantsWorld::events() {
  const auto pass = [this](std::chrono::milliseconds time) { return [this, time] { schedule_.pass(time); }; };
  return {{.text = "all leases run out", .happen = pass(kTtl + 1s)},
          {.text = "most of the time of all leases passes", .happen = pass(kTtl * 3 / 5)}};
}

std::string TenantsWorld::state() const {
  std::string text = leases_.state();
  std::multiset<std::string> rows;
  for (const auto& row : catalog_.rows)
    rows.insert(fmt::format("{} {} {} {} {}", row.id, row.label, row.database, row.state, age_of(row)));
  text += fmt::format("{}\n", fmt::join(rows, "\n"));
  for (const auto& [name, database] : catalog_.databases) {
    text += fmt::format("{} {}", name, database.comment);
    for (const auto& [table, count] : database.tables) text += fmt::format(" {}:{}", table, count);
    text += '\n';
  }
  for (const auto& tenant : promised_.tenants)
    text += fmt::format("{} {} {}\n", tenant.id.text(), tenant.deletion_begun, tenant.gone);
  for (const auto& file : promised_.files) text += fmt::format("{}/{} ", file.database, file.number);
  return text;
}

std::string TenantsWorld::run() {
  if (!schedule_.run()) return "";
  if (!fault_.empty()) return fault_;
  schedule_.calm_down();
  constexpr int kSweeps = 4;
  schedule_.pass(4 * kTtl);
  start("at last", [this](Instance& instance) { return do_sweep(instance, kSweeps); });
  schedule_.run();
  return fault_.empty() ? promised_.fault() : fault_;
}

}  // namespace annals::models

// NOLINTEND(*-reference-coroutine-parameters)
