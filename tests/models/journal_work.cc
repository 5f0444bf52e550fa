// What the processes of a JournalWorld do, and the engine that they do it with.

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/settled.h"
#include "models/journal_instance.h"
#include "models/journal_world.h"
#include "models/virtual_clock.h"

// NOLINTBEGIN(*-reference-coroutine-parameters): instances live as long as the coroutines in them

namespace annals::models {
namespace {

using boost::asio::awaitable;
using support::SimulatedTable;
using namespace std::chrono_literals;

events::Event event_of(char name, bool is_large) {
  return {
      .event_id = id_of(name), .event_time = {}, .event_data = std::string(is_large ? kLargeEvent : 1, '1')};
}

}  // namespace

// --- what is done ---

awaitable<void> JournalWorld::reach(int process, std::string text, std::function<void()> effect) {
  Call call{.text = std::move(text),
            .effect =
                [effect = std::move(effect)] {
                  if (effect) effect();
                  return std::string();
                },
            .may_fail = false};
  co_await schedule_.make(process, std::move(call));
}

/// Sends everything, after a restart also what was sent before. If events expire, their senders do not repeat
/// them, because the service would refuse them by their time.
awaitable<void> JournalWorld::send(int process) {
  for (const std::string& names : plan_.sends) {
    if (plan_.expires && !sent_.insert(names).second) continue;
    co_await reach(process, "sends " + names);
    co_await commit(process, names);
  }
}

awaitable<void> JournalWorld::commit(int process, std::string names) {
  const Tenant& tenant = tenant_of(names.front());
  if (tenant.life != Life::active) co_return;
  std::vector<events::Event> events;
  std::vector<const events::Event*> pointers;
  for (const char name : names) events.push_back(event_of(name, plan_.large.contains(name)));
  for (const events::Event& event : events) pointers.push_back(&event);
  try {
    co_await instance_->commits.commit(table_of(process, tenant), pointers);
  } catch (const Error& error) {
    co_return;  // nothing was promised
  }
  if (dead_) co_return;
  acknowledged_.insert(names.begin(), names.end());
  if (schedule_.choices().tells()) schedule_.choices().tell("  acknowledged: " + names);
}

awaitable<void> JournalWorld::move(int process) {
  for (int round = 0; round < plan_.rounds; ++round) {
    co_await reach(process, "a round begins", [] { set_forward(3s); });
    try {
      co_await instance_->moves.run({});
    } catch (const Error& error) {
      continue;
    }
  }
}

awaitable<void> JournalWorld::read(int process) {
  co_await reach(process, "a page is asked for");
  const Tenant& tenant = *tenants_.front();
  const auto before = acknowledged_;
  try {
    co_await instance_->moves.settle(table_of(process, tenant));
  } catch (const Error& error) {
    co_return;
  }
  co_await reach(process, "the page is read", [this, before, &tenant] {
    for (const char name : before) {
      if (&tenant_of(name) != &tenant || expired_.contains(name)) continue;
      const std::string fault = fault_of(name);
      if (!fault.empty()) blame("a reader found that " + fault);
    }
  });
}

awaitable<void> JournalWorld::delete_second(int process) {
  co_await reach(process, "a deletion is asked for");
  if (tenants_.back()->life == Life::gone) co_return;
  try {
    co_await remove_second(process);
  } catch (const Error& error) {
    co_return;
  }
  if (dead_) co_return;
  const std::string left = traces_of_second();
  if (!left.empty()) blame("204, and " + left);
}

awaitable<void> JournalWorld::remove_second(int process) {
  Tenant& tenant = *tenants_.back();
  co_await reach(process, "its row is deleting", [&tenant] { tenant.life = Life::deleting; });
  co_await instance_->records.remove({.id = tenant.id, .database = tenant.database}, {});
  co_await reach(process, "its table is dropped", [&tenant] {
    tenant.has_table = false;
    tenant.table.rows.clear();
    tenant.not_on_disk.clear();
  });
  co_await reach(process, "its row is removed", [&tenant] { tenant.life = Life::gone; });
}

awaitable<void> JournalWorld::expire(int process) {
  co_await reach(process, "the retention begins");
  Tenant& tenant = *tenants_.front();
  std::uint64_t last = 0;
  for (const auto& row : tenant.table.rows) last = std::max(last, row.arrival);
  if (last == 0) co_return;
  try {
    co_await instance_->moves.give_up(table_of(process, tenant), last);
  } catch (const Error& error) {
    co_return;
  }
  co_await reach(process, fmt::format("rows up to {} are removed", last), [this, &tenant, last] {
    std::erase_if(tenant.table.rows, [&](const auto& row) {
      if (row.arrival > last) return false;
      for (const char name : acknowledged_) {
        if (id_of(name) == row.id) expired_.insert(name);
      }
      return true;
    });
  });
}

awaitable<void> JournalWorld::end_well(int process) {
  background_ = process;
  if (plan_.deletes_second && tenants_.back()->life != Life::gone) co_await remove_second(process);
  for (const std::string& names : plan_.sends) {
    if (!plan_.expires) co_await commit(process, names);
  }
  const bool is_empty = co_await instance_->moves.move_all(std::chrono::steady_clock::now() + 1h);
  if (!is_empty) blame("the journal keeps events");
}

// --- the engine ---

events::EventsTable JournalWorld::table_of(int process, const Tenant& tenant) {
  return {.engine = instance_->engine_of(*this, process), .database = tenant.database, .owner = tenant.id};
}

/// Finds the table of a tenant for the background moves.
awaitable<lanes::Moves::Whereabouts> JournalWorld::find(ClientId owner) {
  const auto tenant = std::ranges::find(tenants_, owner, [](const auto& one) { return one->id; });
  if ((*tenant)->life == Life::gone) co_return lanes::Moves::Whereabouts{.is_gone = true};
  if ((*tenant)->life == Life::deleting) co_return lanes::Moves::Whereabouts{};
  co_return lanes::Moves::Whereabouts{.table = table_of(background_, **tenant)};
}

awaitable<void> JournalWorld::insert(int process, engine::Insert insert) {
  Tenant& tenant = tenant_named_in(insert.into);
  const auto rows = SimulatedTable::rows_of(insert);
  std::set<std::uint64_t> numbers;
  for (const auto& row : rows) numbers.insert(row.arrival);
  Call call{.text = fmt::format("insert {} into {}", fmt::join(numbers, ","), tenant.database.text()),
            .effect =
                [&tenant, rows, numbers, durable = insert.durable] {
                  constexpr int kUnknownTable = 60;
                  if (!tenant.has_table) throw engine::EngineError::of_exception(kUnknownTable, "no table");
                  tenant.table.rows.insert(tenant.table.rows.end(), rows.begin(), rows.end());
                  if (!durable) tenant.not_on_disk.insert(numbers.begin(), numbers.end());
                  return std::string();
                },
            .may_come_late = false,
            .may_be_repeated = false};
  const std::string text = call.text;
  const auto outcome = co_await io::settled(schedule_.make(process, std::move(call)));
  inserts_ = std::hash<std::string>()(fmt::format("{} {} {}", inserts_, text, outcome.has_value()));
  if (!outcome) std::rethrow_exception(outcome.error());
}

awaitable<std::string> JournalWorld::query(int process, engine::Statement statement) {
  Tenant& tenant = tenant_named_in(statement.sql);
  const std::string numbers = support::parameter(statement, "numbers");
  Call call{.text = fmt::format("{} {}", statement.sql, numbers),
            .effect =
                [&tenant, statement, numbers] {
                  constexpr int kUnknownTable = 60;
                  if (!tenant.has_table) throw engine::EngineError::of_exception(kUnknownTable, "no table");
                  if (numbers.empty()) return tenant.table.query(statement);
                  std::string found;
                  for (const auto& row : tenant.table.rows) {
                    const std::string list = "," + numbers.substr(1, numbers.size() - 2) + ",";
                    if (list.contains(fmt::format(",{},", row.arrival)))
                      found += fmt::format("{}\n", row.arrival);
                  }
                  return found;
                },
            .changes_something = false};
  auto answer = co_await schedule_.make(process, std::move(call));
  co_return answer;
}

awaitable<void> JournalWorld::scan(int process, engine::Statement statement, engine::Engine::Sink sink) {
  Tenant& tenant = tenant_named_in(statement.sql);
  Call call{.text = statement.sql,
            .effect =
                [&tenant] {
                  std::string ids;
                  for (const auto& row : tenant.table.rows) engine::append_uuid(ids, row.id.uuid().data);
                  return ids;
                },
            .changes_something = false};
  auto ids = co_await schedule_.make(process, std::move(call));
  if (!ids.empty()) sink(std::move(ids));
}

awaitable<void> JournalWorld::make_durable(int process) {
  const auto releasable = instance_->journal.releasable();
  Call call{.text = fmt::format("sync the tables, for {} records and the segments {}", releasable.records,
                                fmt::join(releasable.segments, ",")),
            .effect =
                [this] {
                  for (auto& tenant : tenants_) tenant->not_on_disk.clear();
                  return std::string();
                },
            .may_come_late = false,
            .may_be_repeated = false};
  co_await schedule_.make(process, std::move(call));
}

}  // namespace annals::models

// NOLINTEND(*-reference-coroutine-parameters)
