#pragma once

#include <optional>
#include <string>

#include "history/history.h"
#include "http/fields.h"
#include "http/message.h"

namespace annals::api {

/// Further down a cursor leads.
inline constexpr std::int64_t kMaxOffset = 100'000;

/// Reads the parameters that make a filter, in the contract's order; problems are noted in `fields`.
history::HistoryFilter read_filter(http::QueryFields& fields);

/// What `GET /api/history/events` is asked for.
struct ListQuery {
  history::PageRequest page;
  bool by_cursor = false;
  bool count = true;
};

/// Throws InvalidInput with every problem.
ListQuery read_list_query(const http::Request& request);

/// The request's own query with one parameter put in place of `offset` and `cursor`, for `next` and
/// `previous`.
std::string with_parameter(const http::Request& request, std::string_view name, std::string_view value);

}  // namespace annals::api
