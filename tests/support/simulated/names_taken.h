#pragma once

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace annals::support {

/// Returns the answer to Registry::taken() of a registry with these rows, which have a `database` and a
/// `label`.
template <class Rows>
std::string names_taken(const Rows& rows, const std::string& database, const std::string& label) {
  const bool has_database =
      std::ranges::any_of(rows, [&](const auto& row) { return row.database == database; });
  const bool has_label = std::ranges::any_of(rows, [&](const auto& row) { return row.label == label; });
  return fmt::format(R"({{"has_database":{:d},"has_label":{:d}}})", has_database, has_label);
}

}  // namespace annals::support
