#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/position.h"
#include "history/requests.h"
#include "http/message.h"
#include "http/query_fields.h"
#include "input/problems.h"

namespace annals::api {

/// The name of the header that says what the parameter `numbers` says, in lower case.
inline constexpr std::string_view kNumbersHeader = "x-annals-numbers";

/// Reads the parameters that make a filter, in the contract's order; their problems are added to `fields`.
history::Filter read_filter(http::QueryFields& fields);

/// Returns the bound of a filter: a time, or a date, which is its first moment in UTC; nullopt if it is
/// neither. It may be one that no event can have.
std::optional<Timestamp> parse_bound(std::string_view text);

/// Gives a filter its bounds. One beyond the times that can be stored becomes one beyond all events.
void set_bounds(history::Filter& filter, std::optional<Timestamp> from, std::optional<Timestamp> to);

/// Returns the terms for which a search looks, each once; or a problem if they have no word, so that
/// everything would be found, or too many.
std::expected<std::vector<std::string>, input::FieldProblem> search_terms(std::string_view text);

/// The query of `GET /api/history/events`.
struct ListQuery {
  history::PageRequest page;
  bool by_cursor = false;
  bool count = true;
};

/// Returns whether answers are to have the names of ids. A value that is no flag counts as false here; the
/// readers of the query refuse it.
bool wants_names(const http::Request& request);

/// The three readers below read all parameters of a request. They throw InvalidInput with every problem.
ListQuery read_list_query(const http::Request& request);
history::CountByRequest read_count_by_query(const http::Request& request);
history::ExportRequest read_export_query(const http::Request& request);

/// Reads the query of a single event. Parameters that it does not know are passed over.
events::NumberStyle read_event_query(const http::Request& request);

/// The query of `GET /api/history/tail`.
struct TailQuery {
  history::Filter filter;
  events::NumberStyle numbers = events::NumberStyle::numbers;
  std::optional<events::Position> after;  // the event that a reconnecting client saw last, or a cursor
};
TailQuery read_tail_query(const http::Request& request);

/// Throws InvalidInput because nobody knows the request's time zone.
[[noreturn]] void refuse_time_zone(const http::Request& request);

/// Throws InvalidInput because the request's cursor is ahead of every event. A tail may have it from a
/// header.
[[noreturn]] void refuse_cursor_ahead(const http::Request& request, bool of_tail);

/// Returns the request's own query with one parameter instead of `offset` and `cursor`, for `next` and
/// `previous`.
std::string with_parameter(const http::Request& request, std::string_view name, std::string_view value);

}  // namespace annals::api
