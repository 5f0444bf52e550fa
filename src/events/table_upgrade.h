#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/events_table.h"

namespace annals::events {

/// Gives the events tables of Annals 0.1 the form of today. Those had no `arrival`: their order was that of
/// the engine's block numbers, which a restored backup does not keep. Each step may be repeated, and a late
/// copy of one changes nothing. An instance of the version before cannot write to a table any more once it is
/// upgraded. Thread-safe; every call throws engine::EngineError.
class TableUpgrade {
 public:
  /// `other_instances` says whether several instances may have written to the tables. `engine` must outlive
  /// this object.
  TableUpgrade(engine::Engine& engine, bool other_instances)
      : engine_(engine), other_instances_(other_instances) {}

  /// Returns the tables of the form before.
  boost::asio::awaitable<std::vector<EventsTable>> outdated();

  /// Upgrades one of these. Its events keep the order of their commits. It takes milliseconds; the engine
  /// writes the new column in the background.
  boost::asio::awaitable<void> upgrade(EventsTable table);

 private:
  boost::asio::awaitable<void> add_arrival(EventsTable table);
  boost::asio::awaitable<void> remove_doubles(EventsTable table);

  engine::Engine& engine_;
  bool other_instances_;
};

}  // namespace annals::events
