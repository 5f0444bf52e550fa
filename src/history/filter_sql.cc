#include "history/filter_sql.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "events/searched_text.h"
#include "events/string_ids.h"
#include "history/field_sql.h"

namespace annals::history {
namespace {

using events::IdColumn;
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
  void add_foreign_ids(IdColumn column, const std::vector<ForeignId>& values);
  void add_numbers(std::string_view column, const std::vector<std::uint64_t>& values);
  void add_strings(IdColumn column, const std::vector<ForeignId>& values);
  void add_ids(const std::vector<EventId>& values);
  void add_times(const Filter& filter);
  void add_terms(const std::vector<std::string>& terms);
  void add_fields(const std::vector<events::FieldFilter>& fields);
  [[nodiscard]] std::string name(std::string_view of_value) const {
    return fmt::format("{}{}", prefix_, of_value);
  }

  Conditions& conditions_;
  std::string_view prefix_;
};

constexpr std::string_view kNamed = " AS searched_text)";

/// Returns SQL for the text of an event, which is long: where a statement has it first, it gets a name.
std::string searched_text(const Conditions& conditions) {
  return conditions.look_for_words() ? "searched_text"
                                     : fmt::format("({}{}", events::searched_text_sql(), kNamed);
}

/// A text has the words of a term, which is one bound value, if it has each of them, which the index of the
/// words says alone, and has them side by side.
constexpr std::string_view kHasWords =
    "(hasAllTokens({text}, (tokens(({folded} AS {term}), '{tokenizer}') AS {term}_words)) AND "
    "(length({term}_words) < 2 OR hasPhrase(searched_text, {term})))";

/// The same for words of which the last is only a beginning. Signs of ASCII inside come from folding. The
/// first condition finds rows by the index; the pattern follows from it.
constexpr std::string_view kHasBeginning =
    R"((length(tokens((trimBoth({folded_last}) AS {term}_last), '{tokenizer}')) > 0 AND )"
    R"({text} LIKE concat('%', replaceRegexpAll({term}_last, '[^a-z0-9\\x{{80}}-\\x{{10FFFF}}]+', '%'), '%') AND )"
    R"(match(searched_text, concat('(?:^|[^\\pL\\pN\\pM])', )"
    R"(replaceRegexpAll(trimBoth({folded}), '[^a-z0-9\\x{{80}}-\\x{{10FFFF}}]+', '[^\\pL\\pN\\pM]+')))))";

std::string folded_parameter(std::string_view parameter) {
  return events::folded_sql(fmt::format("{{{}:String}}", parameter));
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

/// Events of a string and of an integer, or of another string, may have the same number, one of the upper
/// half (events/string_ids.h). Only for such numbers the strings are compared too.
void FilterConditions::add_foreign_ids(IdColumn column, const std::vector<ForeignId>& values) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(values.size());
  for (const ForeignId& id : values) numbers.push_back(stored_number(column, id));
  add_numbers(name_of(column), numbers);
  const auto least = least_of_strings(column);
  if (std::ranges::any_of(numbers, [least](std::uint64_t number) { return number >= least; })) {
    add_strings(column, values);
  }
}

/// Adds the condition that an event has one of these strings, or one of these integers and no string. The
/// numbers are compared already, so a string needs its number no more.
void FilterConditions::add_strings(IdColumn column, const std::vector<ForeignId>& values) {
  std::vector<std::string> strings;
  std::vector<std::uint64_t> integers;
  for (const ForeignId& id : values) {
    if (id.is_string()) {
      strings.push_back(id.string());
    } else {
      integers.push_back(id.integer());
    }
  }
  const std::string string = events::string_sql(column);
  const std::string of_strings = name(fmt::format("{}_strings", name_of(column)));
  const std::string of_integers = name(fmt::format("{}_integers", name_of(column)));
  const std::string is_string = fmt::format("{} IN {{{}:Array(String)}}", string, of_strings);
  const std::string is_integer =
      fmt::format("({} = '' AND {} IN {{{}:Array(UInt64)}})", string, name_of(column), of_integers);
  if (!strings.empty()) conditions_.parameters.push_back({of_strings, engine::string_array(strings)});
  if (!integers.empty()) {
    conditions_.parameters.push_back({of_integers, fmt::format("[{}]", fmt::join(integers, ","))});
  }
  conditions_.sql.push_back(integers.empty()  ? is_string
                            : strings.empty() ? is_integer
                                              : fmt::format("({} OR {})", is_string, is_integer));
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

void FilterConditions::add_terms(const std::vector<std::string>& terms) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const std::string parameter = name(fmt::format("term{}", i));
    const std::string last = parameter + "_end";
    std::string_view words = terms[i];
    const bool is_beginning = words.ends_with('*');
    if (is_beginning) {
      words.remove_suffix(1);
      conditions_.parameters.push_back(
          {.name = last, .value = std::string(words.substr(words.rfind(' ') + 1))});
    }
    add(conditions_,
        fmt::format(fmt::runtime(is_beginning ? kHasBeginning : kHasWords),
                    fmt::arg("text", searched_text(conditions_)), fmt::arg("term", "folded_" + parameter),
                    fmt::arg("folded", folded_parameter(parameter)),
                    fmt::arg("folded_last", folded_parameter(last)),
                    fmt::arg("tokenizer", events::kTokenizer)),
        parameter, std::string(words));
  }
}

void FilterConditions::add_fields(const std::vector<events::FieldFilter>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string text = looks_for_words(fields[i]) ? searched_text(conditions_) : std::string();
    auto condition = field_condition(fields[i], name(fmt::format("field{}", i)), text);
    conditions_.sql.push_back(std::move(condition.sql));
    std::ranges::move(condition.parameters, std::back_inserter(conditions_.parameters));
  }
}

void FilterConditions::add_all(const Filter& filter) {
  add_foreign_ids(IdColumn::record_id, filter.record_ids);
  add_foreign_ids(IdColumn::event_type_id, filter.event_type_ids);
  add_foreign_ids(IdColumn::source_type_id, filter.source_type_ids);
  add_foreign_ids(IdColumn::source_id, filter.source_ids);
  add_ids(filter.event_ids);
  add_times(filter);
  add_terms(filter.terms);
  add_fields(filter.fields);
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

bool Conditions::look_for_words() const {
  return std::ranges::any_of(sql, [](const std::string& one) { return one.contains(kNamed); });
}

Conditions conditions_of(const events::EventsTable& table, const Filter& filter) {
  Conditions conditions;
  if (table.visible) FilterConditions(conditions, "visible_").add_all(*table.visible);
  FilterConditions(conditions, "").add_all(filter);
  add_kept(conditions, table.kept_from);
  return conditions;
}

void add_until(Conditions& conditions, std::uint64_t last_arrival) {
  add(conditions, "arrival <= {last_arrival:UInt64}", "last_arrival", fmt::format("{}", last_arrival));
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
