#include "history/filter_sql.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "text/utf8.h"

namespace annals::history {
namespace {

using events::Ordering;
using events::Position;

void add(Conditions& conditions, std::string sql, std::string name, std::string value) {
  conditions.sql.push_back(std::move(sql));
  conditions.parameters.push_back({.name = std::move(name), .value = std::move(value)});
}

void add_numbers(Conditions& conditions, std::string_view column, const std::vector<std::uint64_t>& values) {
  if (values.empty()) return;
  if (values.size() == 1) {  // reads one range of the primary key, where a set would search each part
    add(conditions, fmt::format("{0} = {{{0}:UInt64}}", column), std::string(column),
        fmt::format("{}", values.front()));
    return;
  }
  add(conditions, fmt::format("{0} IN {{{0}:Array(UInt64)}}", column), std::string(column),
      fmt::format("[{}]", fmt::join(values, ",")));
}

std::string character_pattern(std::string_view character) {
  constexpr std::uint32_t kBeyondBasic = 0x10000;
  // Stands for bytes that are not UTF-8, which no JSON text contains.
  constexpr std::string_view kNoCharacter = "\\x{fffd}";
  if (text::utf8_sequence(character) == 0) return std::string(kNoCharacter);
  if (character.size() == 1) return std::string(character);
  const std::uint32_t code_point = text::code_point(character);
  if (code_point < kBeyondBasic) return fmt::format(R"((?:\x{{{0:x}}}|\\u{0:04x}))", code_point);
  const std::uint32_t offset = code_point - kBeyondBasic;
  return fmt::format(R"((?:\x{{{:x}}}|\\u{:04x}\\u{:04x}))", code_point, 0xD800 + (offset >> 10U),
                     0xDC00 + (offset & 0x3FFU));
}

/// Returns a regular expression (RE2) for a word in JSON text, where its characters may be literal or
/// escaped. An escape next to the word counts as its end, whichever character it stands for.
std::string word_pattern(std::string_view word) {
  std::string pattern = R"((?i)(?:^|[^\pL\pN]|\\[bfnrt]|\\u[0-9a-f]{4}))";
  while (!word.empty()) {
    const std::size_t size = std::max<std::size_t>(text::utf8_sequence(word), 1);
    pattern += character_pattern(word.substr(0, size));
    word.remove_prefix(size);
  }
  return pattern + R"((?:$|[^\pL\pN]))";
}

std::string milliseconds(Timestamp time) {
  return fmt::format("{}", time.time_since_epoch().count());
}

}  // namespace

std::string Conditions::where() const {
  return sql.empty() ? std::string() : fmt::format(" WHERE {}", fmt::join(sql, " AND "));
}

Conditions conditions_of(const Filter& filter) {
  Conditions conditions;
  add_numbers(conditions, "record_id", filter.record_ids);
  add_numbers(conditions, "event_type_id", filter.event_type_ids);
  add_numbers(conditions, "source_type_id", filter.source_type_ids);
  add_numbers(conditions, "source_id", filter.source_ids);
  if (!filter.event_ids.empty()) {
    std::vector<std::string> ids;
    ids.reserve(filter.event_ids.size());
    for (const EventId& id : filter.event_ids) ids.push_back(fmt::format("'{}'", id.text()));
    add(conditions, "event_id IN {event_ids:Array(UUID)}", "event_ids",
        fmt::format("[{}]", fmt::join(ids, ",")));
  }
  if (filter.from) {
    add(conditions, "event_time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')", "from",
        milliseconds(*filter.from));
  }
  if (filter.to)
    add(conditions, "event_time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')", "to",
        milliseconds(*filter.to));
  for (std::size_t i = 0; i < filter.words.size(); ++i) {
    add(conditions, fmt::format("match(event_data, {{word{}:String}})", i), fmt::format("word{}", i),
        word_pattern(filter.words[i]));
  }
  return conditions;
}

void add_after(Conditions& conditions, const Position& position, Ordering ordering) {
  if (ordering == Ordering::arrival) {
    add(conditions, "arrival > {after_arrival:UInt64}", "after_arrival", fmt::format("{}", position.arrival));
    return;
  }
  if (ordering == Ordering::by_record) {
    // The third condition implies the first two, which the primary key can use. Without the second one, the
    // rows of one large record would be read from their beginning.
    add(conditions, "record_id >= {after_record:UInt64}", "after_record",
        fmt::format("{}", position.record_id));
    add(conditions,
        "(record_id > {after_record:UInt64} OR "
        "event_time >= fromUnixTimestamp64Milli({after_time:Int64}, 'UTC'))",
        "after_time", milliseconds(position.event_time));
    add(conditions,
        "(record_id, event_time, event_id) > ({after_record:UInt64}, "
        "fromUnixTimestamp64Milli({after_time:Int64}, 'UTC'), {after_id:UUID})",
        "after_id", position.event_id.text());
    return;
  }
  // The second condition implies the first, which has the form that the primary key can use.
  const std::string_view sign = ordering == Ordering::newest_first ? "<" : ">";
  add(conditions, fmt::format("event_time {}= fromUnixTimestamp64Milli({{after_time:Int64}}, 'UTC')", sign),
      "after_time", milliseconds(position.event_time));
  add(conditions,
      fmt::format(
          "(event_time, UUIDToNum(event_id)) {} (fromUnixTimestamp64Milli({{after_time:Int64}}, 'UTC'), "
          "UUIDToNum({{after_id:UUID}}))",
          sign),
      "after_id", position.event_id.text());
}

}  // namespace annals::history
