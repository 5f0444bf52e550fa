#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/events_table.h"

namespace annals::events {

/// Finds tables in which searches read many events because no index has their words yet. Inserts leave the
/// words to the first merge (kWordsAfterInsert), which may never come: a large import may be one part, and
/// the last parts of an import wait for others to be merged with.
/// Thread-safe; every call throws engine::EngineError.
class UnindexedParts {
 public:
  struct Settings {
    std::uint64_t min_rows = 20'000;    // of a table without an index; fewer are read in some milliseconds
    std::chrono::seconds min_age{300};  // of their parts; a merge may come until then
  };

  /// `engine` must outlive this object.
  explicit UnindexedParts(engine::Engine& engine) : UnindexedParts(engine, Settings{}) {}
  UnindexedParts(engine::Engine& engine, Settings settings) : engine_(engine), settings_(settings) {}

  /// Returns the tables that should be indexed now, as far as they are loaded. One on which the engine works
  /// already is not among them.
  boost::asio::awaitable<std::vector<EventsTable>> find();

  /// Makes the engine index the words of those parts of the table that have no index, in the background. It
  /// returns at once, and costs the engine some 10 µs for each event that is indexed.
  boost::asio::awaitable<void> index(EventsTable table);

 private:
  engine::Engine& engine_;
  const Settings settings_;
};

}  // namespace annals::events
