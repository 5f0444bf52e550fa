#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "journal/journal.h"
#include "journal/tenant_records.h"
#include "lanes/journaled_commits.h"
#include "lanes/moves.h"
#include "models/journal_world.h"
#include "support/simulated/scripted_engine.h"
#include "support/simulated/simulated_table.h"

namespace annals::models {

inline constexpr std::size_t kSegmentBytes = 330;  // two records of one row each
inline constexpr std::size_t kLargeEvent = 1'000;

/// Returns the id of the event of that name.
inline EventId id_of(char name) {
  return EventId::parse(fmt::format("00000000-0000-4000-8000-0000000000{:x}", int{name})).value();
}

/// A tenant's row in the registry, and its table.
struct JournalWorld::Tenant {
  ClientId id;
  DatabaseName database;
  Life life = Life::active;
  bool has_table = true;
  support::SimulatedTable table = {};
  std::set<std::uint64_t> not_on_disk = {};  // arrival numbers of rows that can be seen

  void lose_what_is_not_on_disk() {
    std::erase_if(table.rows, [this](const auto& row) { return not_on_disk.contains(row.arrival); });
    not_on_disk.clear();
  }
};

/// The process.
struct JournalWorld::Instance {
  explicit Instance(JournalWorld& world)
      : journal({.directory = world.directory_.path() / "journal",
                 .witness = world.directory_.path() / "witness",
                 .segment_bytes = kSegmentBytes}),
        moves(journal, engine, [&world](ClientId owner) { return world.find(owner); }) {
    engine.on_make_durable = [&world] { return world.make_durable(world.background_); };
  }

  /// Returns the engine as that process sees it.
  support::ScriptedEngine& engine_of(JournalWorld& world, int process) {
    auto& found = engines[process];
    if (found) return *found;
    found = std::make_unique<support::ScriptedEngine>();
    found->on_make_durable = [&world, process] { return world.make_durable(process); };
    found->on_query = [&world, process](engine::Statement statement) {
      return world.query(process, std::move(statement));
    };
    found->on_scan = [&world, process](engine::Statement statement, engine::Engine::Sink sink) {
      return world.scan(process, std::move(statement), std::move(sink));
    };
    found->on_insert = [&world, process](engine::Insert insert) {
      return world.insert(process, std::move(insert));
    };
    return *found;
  }

  support::ScriptedEngine engine;  // of the moves
  std::map<int, std::unique_ptr<support::ScriptedEngine>> engines = {};
  journal::Journal journal;
  events::Changes changes{true};
  lanes::Moves moves;
  lanes::JournaledCommits commits{{.direct_bytes = kLargeEvent},
                                  {.journal = journal, .moves = moves, .changes = changes}};
  journal::TenantRecords records{&journal};
};

}  // namespace annals::models
