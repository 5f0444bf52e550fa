#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sql.h"
#include "events/events_table.h"
#include "history/filter_sql.h"
#include "history/requests.h"

namespace annals::history {

/// Groups of events and their numbers.
struct Groups {
  std::string lines;  // JSON objects, one per line
  bool more = false;  // further groups follow
};

/// How a query of groups sees ids that are strings. Their strings stand in a large column, which need not be
/// read as long as no number of the result may be that of a string.
enum class GroupedIds : std::uint8_t { numbers, with_strings };

/// Returns the query of a request, without its SETTINGS and its FORMAT, RowBinary.
std::string groups_sql(const events::EventsTable& table, const CountByRequest& request,
                       const std::string& where, GroupedIds ids);

/// Returns the groups of its result; nullopt if there may be strings among ids that were read as numbers.
/// Each has the names of its ids as the member `names`, unless `names` is null.
std::optional<Groups> read_groups(std::string_view rows, const CountByRequest& request, GroupedIds ids,
                                  const events::NamesInForce* names = nullptr);

}  // namespace annals::history
