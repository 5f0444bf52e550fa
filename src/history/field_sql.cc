#include "history/field_sql.h"

#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "events/searched_text.h"
#include "events/string_ids.h"

namespace annals::history {
namespace {

using events::FieldValue;

/// An event has the value as a string, or as a number, true, false or null. ClickHouse writes the latter in
/// one way however they were sent (7.0 as 7), so the wanted ones go through the same function; what it cannot
/// read, such as an integer beyond 64 bits, becomes an empty text, which is that of a field that is not
/// there.
constexpr std::string_view kHasValue =
    "if(JSONType({json}, {path}) = 'String', JSONExtractString({json}, {path}) IN "
    "{{{name}_texts:Array(String)}}, "
    "has(arrayFilter(x -> x != '', arrayMap(x -> JSONExtractRaw(x), {{{name}_literals:Array(String)}})), "
    "JSONExtractRaw({json}, {path})))";

/// The text of an event has every word of a string in it.
constexpr std::string_view kHasWords = "hasAllTokens({text}, tokens({folded}, '{tokenizer}'))";

/// Returns whether a text has a word for sure: a letter or digit of ASCII stays one, whatever it is folded
/// to.
bool has_word(std::string_view text) {
  constexpr std::string_view kOfWords = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return text.find_first_of(kOfWords) != std::string_view::npos;
}

}  // namespace

bool looks_for_words(const events::FieldFilter& filter) {
  if (filter.values.size() != 1 || !filter.name.starts_with(events::kDataPrefix)) return false;
  const FieldValue value = events::field_value(filter.values.front());
  // A number may be written in other digits.
  return !value.may_be_literal && has_word(value.text);
}

FieldCondition field_condition(const events::FieldFilter& filter, const std::string& parameter,
                               const std::string& searched_text) {
  const auto path = events::parse_field(filter.name);
  if (!path) throw std::logic_error("a filter has a field that is none");
  FieldCondition condition;
  std::vector<std::string> keys;
  for (const std::string& key : path->keys) {
    const std::string name = fmt::format("{}_key{}", parameter, keys.size());
    keys.push_back(fmt::format("{{{}:String}}", name));
    condition.parameters.push_back({name, key});
  }
  std::vector<std::string> texts;
  std::vector<std::string> literals;
  for (const std::string& text : filter.values) {
    FieldValue value = events::field_value(text);
    if (value.may_be_literal) literals.push_back(value.text);
    texts.push_back(std::move(value.text));
  }
  condition.sql = fmt::format(
      fmt::runtime(kHasValue),
      fmt::arg("json", path->is_kept ? events::kept_fields_sql() : std::string_view("event_data")),
      fmt::arg("path", fmt::join(keys, ", ")), fmt::arg("name", parameter));
  condition.parameters.push_back({parameter + "_texts", engine::string_array(texts)});
  condition.parameters.push_back({parameter + "_literals", engine::string_array(literals)});
  if (looks_for_words(filter)) {
    const std::string folded = events::folded_sql(fmt::format("{{{}_word:String}}", parameter));
    condition.sql = fmt::format(fmt::runtime(kHasWords), fmt::arg("text", searched_text),
                                fmt::arg("folded", folded), fmt::arg("tokenizer", events::kTokenizer)) +
                    " AND " + condition.sql;
    condition.parameters.push_back({parameter + "_word", texts.front()});
  }
  return condition;
}

}  // namespace annals::history
