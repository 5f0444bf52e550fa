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

/// Adds the conditions of one filter. `prefix` goes before the names of its parameters, so that those of two
/// filters differ.
class FilterConditions {
 public:
  FilterConditions(Conditions& conditions, std::string_view prefix)
      : conditions_(conditions), prefix_(prefix) {}

  void add_all(const Filter& filter);

 private:
  void add_numbers(std::string_view column, const std::vector<std::uint64_t>& values);
  void add_ids(const std::vector<EventId>& values);
  void add_times(const Filter& filter);
  void add_words(const std::vector<std::string>& words);
  [[nodiscard]] std::string name(std::string_view of_value) const {
    return fmt::format("{}{}", prefix_, of_value);
  }

  Conditions& conditions_;
  std::string_view prefix_;
};

/// SQL for the text of event_data: escapes of JSON stand for their characters, and what is no part of a word
/// may be a blank. Nearly all rows have no escape of the form \uXXXX, and most have none at all; only those
/// that have one are decoded. A half of a surrogate pair stands alone in no text, and becomes a blank.
constexpr std::string_view kWithoutShortEscapes = R"(replaceRegexpAll(event_data, '\\\\[^u]', ' '))";
constexpr std::string_view kInside = R"(translate({}, '"\n\r\t', '    '))";
constexpr std::string_view kWithoutLoneSurrogates =
    R"(replaceRegexpAll(replaceRegexpAll(replaceRegexpAll({}, '\\\\u([dD][89abAB]..)\\\\u([dD][c-fC-F]..)', '\\\\U\\1\\2'), )"
    R"('\\\\u[dD][89a-fA-F]..', ' '), '\\\\U(....)(....)', '\\\\u\\1\\\\u\\2'))";
constexpr std::string_view kText =
    R"(multiIf(position(event_data, '\\') = 0, event_data, position(event_data, '\\u') = 0, {short}, )"
    R"(JSONExtractString(concat('"', if(match(event_data, '\\\\u[dD][89a-fA-F]'), {pairs}, {inside}), '"'))))";

/// A row whose characters are not escaped is decoded only if the word's letters occur in it somewhere.
constexpr std::string_view kHasWord =
    R"(((position(event_data, '\\u') > 0 OR match(event_data, concat('(?i)', {{{name}:String}}))) AND )"
    R"(match({text}, concat('(?i)(?:^|[^\\pL\\pN])', {{{name}:String}}, '(?:$|[^\\pL\\pN])'))))";

const std::string& text_sql() {
  static const std::string sql = [] {
    const std::string inside = fmt::format(kInside, kWithoutShortEscapes);
    return fmt::format(kText, fmt::arg("short", kWithoutShortEscapes), fmt::arg("inside", inside),
                       fmt::arg("pairs", fmt::format(kWithoutLoneSurrogates, inside)));
  }();
  return sql;
}

/// Returns a regular expression (RE2) for the characters of a word, which has no signs of ASCII.
std::string word_pattern(std::string_view word) {
  constexpr std::string_view kNothing = "[^\\x00-\\x{10ffff}]";  // for bytes that are not UTF-8
  std::string pattern;
  while (!word.empty()) {
    const std::size_t size = text::utf8_sequence(word);
    pattern += size == 0 ? kNothing : word.substr(0, size);
    word.remove_prefix(std::max<std::size_t>(1, size));
  }
  return pattern;
}

std::string milliseconds(Timestamp time) {
  return fmt::format("{}", time.time_since_epoch().count());
}

void FilterConditions::add_numbers(std::string_view column, const std::vector<std::uint64_t>& values) {
  if (values.empty()) return;
  if (values.size() == 1) {  // reads one range of the primary key, where a set would search each part
    add(conditions_, fmt::format("{} = {{{}:UInt64}}", column, name(column)), name(column),
        fmt::format("{}", values.front()));
    return;
  }
  add(conditions_, fmt::format("{} IN {{{}:Array(UInt64)}}", column, name(column)), name(column),
      fmt::format("[{}]", fmt::join(values, ",")));
}

void FilterConditions::add_ids(const std::vector<EventId>& values) {
  if (values.empty()) return;
  add(conditions_, fmt::format("event_id IN {{{}:Array(UUID)}}", name("event_ids")), name("event_ids"),
      engine::uuid_array(values));
}

void FilterConditions::add_times(const Filter& filter) {
  const auto add_bound = [this](std::string_view sign, std::string_view of_value, Timestamp time) {
    add(conditions_,
        fmt::format("event_time {} fromUnixTimestamp64Milli({{{}:Int64}}, 'UTC')", sign, name(of_value)),
        name(of_value), milliseconds(time));
  };
  if (filter.from) add_bound(">=", "from", *filter.from);
  if (filter.to) add_bound("<", "to", *filter.to);
}

void FilterConditions::add_words(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string parameter = name(fmt::format("word{}", i));
    add(conditions_, fmt::format(kHasWord, fmt::arg("name", parameter), fmt::arg("text", text_sql())),
        parameter, word_pattern(words[i]));
  }
}

void FilterConditions::add_all(const Filter& filter) {
  add_numbers("record_id", filter.record_ids);
  add_numbers("event_type_id", filter.event_type_ids);
  add_numbers("source_type_id", filter.source_type_ids);
  add_numbers("source_id", filter.source_ids);
  add_ids(filter.event_ids);
  add_times(filter);
  add_words(filter.words);
}

/// Adds the condition that an event is not past its retention: at that time or after it.
void add_kept(Conditions& conditions, std::optional<Timestamp> kept_from) {
  if (!kept_from) return;
  add(conditions, "event_time >= fromUnixTimestamp64Milli({kept_from:Int64}, 'UTC')", "kept_from",
      milliseconds(*kept_from));
}

}  // namespace

std::string Conditions::where() const {
  return sql.empty() ? std::string() : fmt::format(" WHERE {}", fmt::join(sql, " AND "));
}

Conditions conditions_of(const events::EventsTable& table, const Filter& filter) {
  Conditions conditions;
  if (table.visible) FilterConditions(conditions, "visible_").add_all(*table.visible);
  FilterConditions(conditions, "").add_all(filter);
  add_kept(conditions, table.kept_from);
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
