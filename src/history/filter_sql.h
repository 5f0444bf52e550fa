#pragma once

#include <string>
#include <vector>

#include "engine/sql.h"
#include "history/history.h"

namespace annals::history {

/// Conditions of a WHERE clause with the values that they bind.
struct Conditions {
  std::vector<std::string> sql;
  std::vector<engine::Parameter> parameters;

  /// " WHERE … AND …", or nothing.
  [[nodiscard]] std::string where() const;
};

Conditions conditions_of(const HistoryFilter& filter);

/// What comes after a position in an ordering.
void add_after(Conditions& conditions, const events::Position& position, events::Ordering ordering);

}  // namespace annals::history
