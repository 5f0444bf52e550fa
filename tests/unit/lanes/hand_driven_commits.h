#pragma once

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "events/event.h"
#include "events/events_table.h"
#include "io/wake.h"
#include "lanes/lanes.h"
#include "support/simulated/scripted_engine.h"

namespace annals::lanes {

/// Commits that wait until the test lets them succeed or fail.
class HandDrivenCommits {
 public:
  /// A commit: its database, and the record ids of its events, which the tests use as their names.
  struct Call {
    std::string database;
    std::vector<std::uint64_t> events;
    io::Wake wake = {};
    std::exception_ptr error = {};
    bool ended = false;
  };

  [[nodiscard]] Commit function() {
    return [this](events::EventsTable table, std::vector<const events::Event*> batch) {
      return commit(std::move(table), std::move(batch));
    };
  }

  /// Lets a commit succeed.
  void succeed(std::size_t index) { end(index, {}); }
  /// Lets a commit fail.
  void fail(std::size_t index, engine::EngineError::Kind kind) {
    end(index, std::make_exception_ptr(engine::EngineError(kind, 0, "as the test wants it")));
  }

  [[nodiscard]] std::size_t in_flight() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(calls, [](const auto& call) { return !call->ended; }));
  }

  std::vector<std::unique_ptr<Call>> calls = {};  // in the order in which they began

 private:
  boost::asio::awaitable<std::vector<WriteOutcome>> commit(events::EventsTable table,
                                                           std::vector<const events::Event*> batch) {
    Call& call = *calls.emplace_back(std::make_unique<Call>());
    call.database = table.database.text();
    for (const events::Event* event : batch) call.events.push_back(event->record_id);
    co_await io::suspend([&call](io::Wake wake) { call.wake = std::move(wake); });
    if (call.error) std::rethrow_exception(call.error);
    co_return std::vector<WriteOutcome>(batch.size(), WriteOutcome::accepted);
  }

  void end(std::size_t index, std::exception_ptr error) {
    Call& call = *calls.at(index);
    call.ended = true;
    call.error = std::move(error);
    call.wake();
  }
};

/// Returns the table of a tenant; the same for the same name.
inline events::EventsTable table_of(const std::string& name) {
  static support::ScriptedEngine never_asked;
  Uuid id{};
  std::copy_n(name.begin(), std::min(name.size(), id.size()), id.begin());
  return {.engine = never_asked, .database = DatabaseName::parse(name).value(), .owner = ClientId(id)};
}

/// Returns an event whose name is its record id.
inline events::Event event_of(std::uint64_t name, std::size_t data_bytes = 2) {
  return {.event_id = EventId::random(),
          .event_time = {},
          .record_id = name,
          .event_data = std::string(data_bytes, '1')};
}

}  // namespace annals::lanes
