#include "api/history_query.h"

#include <cstdint>
#include <limits>

#include <fmt/format.h>

#include "ids/uuid.h"
#include "text/percent_encoding.h"
#include "text/time.h"

namespace annals::api {
namespace {

using events::Ordering;
using events::Position;
using history::HistoryFilter;
using text::parse_time;

constexpr std::int64_t kMaxLimit = 1000;
constexpr std::int64_t kDefaultLimit = 50;

std::optional<Timestamp> read_time(http::QueryFields& fields, std::string_view name) {
  const auto text = fields.text(name);
  if (!text) return std::nullopt;
  const auto time = parse_time(*text);
  if (!time) fields.note(name, "invalid datetime format", "value_error.datetime");
  return time;
}

std::vector<Uuid> read_ids(http::QueryFields& fields) {
  std::vector<Uuid> ids;
  for (const std::string& text : fields.texts("event_id")) {
    if (const auto id = parse_uuid(text)) {
      ids.push_back(*id);
    } else {
      fields.note("event_id", "value is not a valid uuid", "type_error.uuid");
    }
  }
  return ids;
}

/// The words of a text: runs of letters and digits of ASCII and of all that
/// is not ASCII.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const bool ascii_sign =
        static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) == 0;
    if (!ascii_sign) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

Ordering read_ordering(http::QueryFields& fields) {
  const auto text = fields.one_of("ordering", {"-event_time", "event_time", "arrival"});
  if (text == "event_time") return Ordering::oldest_first;
  if (text == "arrival") return Ordering::arrival;
  return Ordering::newest_first;
}

}  // namespace

HistoryFilter read_filter(http::QueryFields& fields) {
  constexpr std::uint64_t kMax64 = std::numeric_limits<std::uint64_t>::max();
  constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();
  HistoryFilter filter;
  filter.record_ids = fields.integers("record_id", kMax64);
  filter.event_type_ids = fields.integers("event_type_id", kMax32);
  filter.source_type_ids = fields.integers("source_type_id", kMax32);
  filter.source_ids = fields.integers("source_id", kMax64);
  filter.event_ids = read_ids(fields);
  filter.from = read_time(fields, "event_time_from");
  filter.to = read_time(fields, "event_time_to");
  if (const auto text = fields.text("q")) filter.words = words_of(*text);
  return filter;
}

ListQuery read_list_query(const http::Request& request) {
  http::QueryFields fields(request);
  ListQuery query;
  query.page.filter = read_filter(fields);
  query.page.ordering = read_ordering(fields);
  query.page.limit = static_cast<std::uint64_t>(
      fields.integer("limit", {.min = 1, .max = kMaxLimit, .fallback = kDefaultLimit}));
  query.page.offset = static_cast<std::uint64_t>(fields.integer("offset", {.min = 0, .max = kMaxOffset}));
  // `cursor=` begins paging by cursor; arrival order has no other.
  const auto cursor = fields.text("cursor");
  query.by_cursor = cursor.has_value() || query.page.ordering == Ordering::arrival;
  if (cursor && !cursor->empty()) {
    query.page.after = Position::parse(*cursor, query.page.ordering);
    if (!query.page.after) fields.note("cursor", "invalid cursor", "value_error.cursor");
  }
  if (query.by_cursor && query.page.offset > 0) {
    fields.note("offset", "offset and cursor exclude each other", "value_error.offset");
  }
  query.count = fields.flag("count").value_or(!query.by_cursor);
  fields.forbid_others();
  fields.check();
  return query;
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
