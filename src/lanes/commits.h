#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/event.h"
#include "events/events_table.h"

namespace annals::lanes {

/// What became of an event that was sent.
enum class Fate : std::uint8_t {
  accepted,   // it is kept
  duplicate,  // its id was there already; the first content stays
};

/// Puts batches of events into a tenant's table, each event once. Safe for concurrent use; with one call at a
/// time per table.
class Commits {
 public:
  struct Settings {
    bool other_instances = false;                 // whether somebody else may write to the same tables
    std::chrono::milliseconds retry_for{20'000};  // how long an insert without an answer is repeated
    // Memory for what is known of the tables' ids. Of a table that needs more, nothing is known: it is asked.
    std::size_t max_known_bytes = std::size_t{1} << 30U;
  };

  /// `engine` must outlive this.
  Commits(engine::Engine& engine, Settings settings);
  ~Commits();
  Commits(const Commits&) = delete;
  Commits& operator=(const Commits&) = delete;

  /// Commits the events in one insert and returns what became of each, in their order. They must live until
  /// then. An insert whose answer is lost is repeated with the same deduplication token. Throws
  /// engine::EngineError when the engine refuses or stays away, Error(unknown_client) when the table is gone.
  boost::asio::awaitable<std::vector<Fate>> commit(events::EventsTable table,
                                                   std::vector<const events::Event*> events);

 private:
  using Events = std::vector<const events::Event*>;
  struct Known;

  boost::asio::awaitable<std::vector<Fate>> commit_to(events::EventsTable table, Events events);
  boost::asio::awaitable<std::shared_ptr<Known>> known_of(events::EventsTable table);
  boost::asio::awaitable<void> load(events::EventsTable table, Known& known);
  struct Existing {
    std::vector<Uuid> ids;
    std::vector<Uuid> doubled;  // of these, the ones that are there more than once
  };
  boost::asio::awaitable<Existing> existing(events::EventsTable table, std::vector<Uuid> ids);
  boost::asio::awaitable<std::vector<Uuid>> with_number(events::EventsTable table, std::vector<Uuid> ids,
                                                        std::uint64_t number);
  boost::asio::awaitable<void> insert(events::EventsTable table, std::string rows);
  boost::asio::awaitable<std::set<Uuid>> settle(events::EventsTable table, Events kept, std::uint64_t number);
  boost::asio::awaitable<void> withdraw(events::EventsTable table, std::vector<Uuid> doubled);
  void forget_others(Known& known);
  std::uint64_t next_number();

  engine::Engine& engine_;
  Settings settings_;
  std::atomic<std::uint64_t> last_number_ = 0;
  std::mutex mutex_;  // guards what follows
  std::map<Uuid, std::shared_ptr<Known>> known_;
};

}  // namespace annals::lanes
