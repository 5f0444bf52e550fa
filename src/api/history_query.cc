#include "api/history_query.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include "api/admission.h"
#include "api/described/limits.h"
#include "events/search_terms.h"
#include "ids/id.h"
#include "text/ascii.h"
#include "text/percent_encoding.h"
#include "text/time.h"

namespace annals::api {
namespace {

using events::IdColumn;
using events::NumberStyle;
using events::Ordering;
using events::Position;
using history::Filter;

std::optional<Timestamp> read_bound(http::QueryFields& fields, std::string_view name) {
  const auto text = fields.text(name);
  if (!text) return std::nullopt;
  const auto time = parse_bound(*text);
  if (!time) fields.add_problem(name, input::not_a_time());
  return time;
}

input::FieldProblem no_cursor(std::string_view text, Ordering ordering) {
  const bool is_earlier = ordering == Ordering::arrival && Position::is_earlier_text(text);
  return is_earlier ? input::earlier_cursor() : input::not_a_cursor();
}

std::vector<EventId> read_ids(http::QueryFields& fields) {
  std::vector<EventId> ids;
  for (const std::string& text : fields.texts("event_id")) {
    if (const auto id = parse_any_uuid(text)) {
      ids.emplace_back(*id);
    } else {
      fields.add_problem("event_id", input::not_a_uuid());
    }
  }
  return ids;
}

/// Reads the terms of `q`. An empty search field is no search.
std::vector<std::string> read_terms(http::QueryFields& fields) {
  const auto text = fields.text("q");
  if (!text || text::trim(*text).empty()) return {};
  auto terms = search_terms(*text);
  if (terms) return *std::move(terms);
  fields.add_problem("q", std::move(terms.error()));
  return {};
}

/// Reads `data.…` and `field.…`.
std::vector<events::FieldFilter> read_fields(http::QueryFields& fields) {
  std::vector<events::FieldFilter> filters;
  for (auto& [name, values] : fields.with_prefixes("fields", {events::kDataPrefix, events::kKeptPrefix})) {
    if (filters.size() == described::kMaxFields) {
      fields.add_problem(name, input::more_items_than(described::kMaxFields));
      break;
    }
    if (!events::parse_field(name)) fields.add_problem(name, input::not_a_field());
    if (values.size() > described::kMaxFieldValues) {
      fields.add_problem(name, input::more_items_than(described::kMaxFieldValues));
    }
    filters.push_back({.name = std::move(name), .values = std::move(values)});
  }
  return filters;
}

Ordering read_ordering(http::QueryFields& fields) {
  const auto text = fields.one_of("ordering", {"-event_time", "event_time", "arrival"});
  if (text == "event_time") return Ordering::oldest_first;
  if (text == "arrival") return Ordering::arrival;
  return Ordering::newest_first;
}

/// Throws the problems that were added.
[[noreturn]] void refuse(const http::QueryFields& fields) {
  fields.check();
  throw std::logic_error("a problem was not thrown");
}

constexpr std::string_view kNames = "names";

NumberStyle read_numbers(http::QueryFields& fields, const http::Request& request) {
  const std::vector<std::string> permitted{"number", "string"};
  if (const auto chosen = fields.one_of("numbers", permitted)) {
    return chosen == "string" ? NumberStyle::strings : NumberStyle::numbers;
  }
  const std::string* header = request.header(kNumbersHeader);
  if (header == nullptr) return NumberStyle::numbers;
  if (std::ranges::find(permitted, *header) == permitted.end()) {
    fields.add_header_problem(kNumbersHeader, input::none_of(permitted));
  }
  return *header == "string" ? NumberStyle::strings : NumberStyle::numbers;
}

}  // namespace

std::optional<Timestamp> parse_bound(std::string_view text) {
  constexpr std::size_t kDateSize = std::string_view("2026-11-01").size();
  return text::parse_time(text.size() == kDateSize ? std::string(text) + "T00:00:00Z" : std::string(text));
}

void set_bounds(Filter& filter, std::optional<Timestamp> from, std::optional<Timestamp> to) {
  const bool after_all = from && *from > text::kLatestTime;
  if (from) filter.from = std::clamp(*from, text::kEarliestTime, text::kLatestTime);
  if (to && *to <= text::kLatestTime) filter.to = std::max(*to, text::kEarliestTime);
  if (after_all) filter.to = text::kEarliestTime;
}

bool wants_names(const http::Request& request) {
  return http::QueryFields(request).flag(kNames).value_or(false);
}

std::expected<std::vector<std::string>, input::FieldProblem> search_terms(std::string_view text) {
  constexpr std::size_t kMaxWords = 64;  // each is looked for in every event
  auto terms = events::search_terms(text);
  if (terms.empty()) return std::unexpected(input::no_word());
  if (events::count_words(terms) > kMaxWords) return std::unexpected(input::more_words_than(kMaxWords));
  return terms;
}

Filter read_filter(http::QueryFields& fields) {
  const auto ids = [&fields](IdColumn column) { return fields.ids(name_of(column), max_of(column)); };
  Filter filter;
  filter.record_ids = ids(IdColumn::record_id);
  filter.event_type_ids = ids(IdColumn::event_type_id);
  filter.source_type_ids = ids(IdColumn::source_type_id);
  filter.source_ids = ids(IdColumn::source_id);
  filter.event_ids = read_ids(fields);
  const auto from = read_bound(fields, "event_time_from");
  set_bounds(filter, from, read_bound(fields, "event_time_to"));
  filter.terms = read_terms(fields);
  filter.fields = read_fields(fields);
  return filter;
}

ListQuery read_list_query(const http::Request& request) {
  http::QueryFields fields(request);
  ListQuery query;
  query.page.filter = read_filter(fields);
  query.page.ordering = read_ordering(fields);
  query.page.limit = static_cast<std::uint64_t>(fields.integer("limit", described::kPageLimit));
  query.page.offset = static_cast<std::uint64_t>(fields.integer("offset", described::kEventOffset));
  // `cursor=` begins paging by cursor; arrival order has no other.
  const auto cursor = fields.text("cursor");
  query.by_cursor = cursor.has_value() || query.page.ordering == Ordering::arrival;
  if (cursor && !cursor->empty()) {
    query.page.after = Position::parse(*cursor, query.page.ordering);
    if (!query.page.after) fields.add_problem("cursor", no_cursor(*cursor, query.page.ordering));
  }
  if (query.by_cursor && query.page.offset > 0) {
    fields.add_problem("offset", input::offset_beside_cursor());
  }
  query.count = fields.flag("count").value_or(!query.by_cursor);
  query.page.numbers = read_numbers(fields, request);
  (void)fields.flag(kNames);  // see wants_names()
  fields.forbid_others();
  fields.check();
  return query;
}

history::CountByRequest read_count_by_query(const http::Request& request) {
  const std::vector<std::string> columns{"event_type_id", "source_type_id", "source_id", "record_id"};
  http::QueryFields fields(request);
  history::CountByRequest query{.filter = read_filter(fields)};
  query.bucket = fields.one_of("bucket", {"minute", "hour", "day", "week", "month"});
  query.time_zone = fields.text("tz");
  if (query.time_zone == "UTC") query.time_zone.reset();
  for (const std::string& name : fields.texts("by")) {
    const auto column = events::id_column(name);
    if (!column) {
      fields.add_problem("by", input::none_of(columns));
    } else if (std::ranges::find(query.columns, *column) == query.columns.end()) {
      query.columns.push_back(*column);
    }
  }
  if (!query.bucket && query.columns.empty()) query.bucket = "day";
  query.most_first = fields.one_of("ordering", {"group", "-count"}) == "-count";
  query.limit = static_cast<std::uint64_t>(fields.integer("limit", described::kGroupLimit));
  query.numbers = read_numbers(fields, request);
  (void)fields.flag(kNames);
  fields.forbid_others();
  fields.check();
  return query;
}

NumberStyle read_event_query(const http::Request& request) {
  http::QueryFields fields(request);
  const NumberStyle numbers = read_numbers(fields, request);
  (void)fields.flag(kNames);
  fields.check();
  return numbers;
}

history::ExportRequest read_export_query(const http::Request& request) {
  http::QueryFields fields(request);
  history::ExportRequest query{.filter = read_filter(fields)};
  const auto format = fields.one_of("format", {"ndjson", "csv", "parquet"});
  if (format == "csv") query.format = history::ExportFormat::csv;
  if (format == "parquet") query.format = history::ExportFormat::parquet;
  const auto after = fields.text("after");
  if (after) query.after = Position::parse(*after, Ordering::by_record);
  if (after && !query.after) fields.add_problem("after", input::not_a_cursor());
  query.numbers = read_numbers(fields, request);
  fields.forbid_others();
  fields.check();
  return query;
}

TailQuery read_tail_query(const http::Request& request) {
  http::QueryFields fields(request);
  TailQuery query{.filter = read_filter(fields), .after = {}};
  query.numbers = read_numbers(fields, request);
  (void)fields.flag(kNames);
  const auto cursor = fields.text("cursor");
  (void)fields.text(kTokenParameter);  // it was read at admission
  const std::string* last_id = request.header("last-event-id");
  if (last_id != nullptr && last_id->empty()) last_id = nullptr;
  const std::string text = last_id != nullptr ? *last_id : cursor.value_or("");
  query.after = Position::parse(text, Ordering::arrival);
  // As in pages, `cursor=` is the beginning.
  if (text.empty() && cursor) query.after = Position{};
  if (!query.after && !text.empty()) {
    if (last_id != nullptr) {
      fields.add_header_problem("last-event-id", no_cursor(text, Ordering::arrival));
    } else {
      fields.add_problem("cursor", no_cursor(text, Ordering::arrival));
    }
  }
  fields.forbid_others();
  fields.check();
  return query;
}

void refuse_time_zone(const http::Request& request) {
  http::QueryFields fields(request);
  fields.add_problem("tz", input::not_a_time_zone());
  refuse(fields);
}

void refuse_cursor_ahead(const http::Request& request, bool of_tail) {
  http::QueryFields fields(request);
  if (of_tail && request.header("last-event-id") != nullptr) {
    fields.add_header_problem("last-event-id", input::cursor_ahead());
  } else {
    fields.add_problem("cursor", input::cursor_ahead());
  }
  refuse(fields);
}

std::string with_parameter(const http::Request& request, std::string_view name, std::string_view value) {
  std::string query;
  const auto add = [&query](std::string_view key, std::string_view content) {
    query += fmt::format("{}{}={}", query.empty() ? '?' : '&', text::percent_encode(key),
                         text::percent_encode(content));
  };
  for (const auto& [key, content] : request.query) {
    if (key != "offset" && key != "cursor") add(key, content);
  }
  add(name, value);
  return request.path + query;
}

}  // namespace annals::api
