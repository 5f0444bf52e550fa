#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/events_table.h"

namespace annals::events {

/// Gives older events tables the form of today. Those of Annals 0.1 had no `arrival`: their order was that of
/// the engine's block numbers, which a restored backup does not keep. Later ones had no index of words. Each
/// step may be repeated, and a late copy of one changes nothing. An instance of the version before cannot
/// write to a table any more once it is upgraded. Thread-safe; every call throws engine::EngineError.
class TableUpgrade {
 public:
  /// `other_instances` says whether several instances may have written to the tables. `engine` must outlive
  /// this object.
  TableUpgrade(engine::Engine& engine, bool other_instances)
      : engine_(engine), other_instances_(other_instances) {}

  struct Outdated {
    EventsTable table;
    bool is_of_first_form = false;
  };

  /// Returns the tables of the forms before, as far as they are loaded: one that sleeps is seen once it has
  /// been used.
  boost::asio::awaitable<std::vector<Outdated>> outdated();

  /// Upgrades one of these. Its events keep the order of their commits. It takes milliseconds; the engine
  /// writes the new column and the index in the background.
  boost::asio::awaitable<void> upgrade(Outdated outdated);

 private:
  boost::asio::awaitable<void> add_arrival(EventsTable table);
  boost::asio::awaitable<void> remove_doubles(EventsTable table);

  engine::Engine& engine_;
  bool other_instances_;
};

}  // namespace annals::events
