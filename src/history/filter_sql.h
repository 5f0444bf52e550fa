#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/sql.h"
#include "events/events_table.h"
#include "events/position.h"
#include "history/requests.h"
#include "text/time.h"

namespace annals::history {

/// The conditions of a WHERE clause and the values that they bind.
struct Conditions {
  std::vector<std::string> sql;
  std::vector<engine::Parameter> parameters;

  /// Returns " WHERE … AND …", or "" if there are no conditions.
  [[nodiscard]] std::string where() const;
  /// Returns whether words of the text are compared, which an index has.
  [[nodiscard]] bool look_for_words() const;
};

/// Returns the conditions of those events of the table that its reader may see, that are not past their
/// retention and that satisfy the filter.
Conditions conditions_of(const events::EventsTable& table, const Filter& filter);

/// Adds the condition that an event has arrived by then.
void add_until(Conditions& conditions, std::uint64_t last_arrival);

/// Adds the condition that an event comes after a position in an ordering.
void add_after(Conditions& conditions, const events::Position& position, events::Ordering ordering);

}  // namespace annals::history
