#include "events/searched_text.h"

#include <fmt/format.h>

namespace annals::events {
namespace {

// Nearly all rows have no escape of the form \uXXXX, and most have none at all; only those that have one are
// decoded. A half of a surrogate pair stands alone in no text, and becomes a blank.
constexpr std::string_view kWithoutShortEscapes = R"(replaceRegexpAll(event_data, '\\\\[^u]', ' '))";
constexpr std::string_view kInside = R"(translate({}, '"\n\r\t', '    '))";
constexpr std::string_view kWithoutLoneSurrogates =
    R"(replaceRegexpAll(replaceRegexpAll(replaceRegexpAll({}, '\\\\u([dD][89abAB]..)\\\\u([dD][c-fC-F]..)', '\\\\U\\1\\2'), )"
    R"('\\\\u[dD][89a-fA-F]..', ' '), '\\\\U(....)(....)', '\\\\u\\1\\\\u\\2'))";
constexpr std::string_view kText =
    R"(multiIf(position(event_data, '\\') = 0, event_data, position(event_data, '\\u') = 0, {short}, )"
    R"(JSONExtractString(concat('"', if(match(event_data, '\\\\u[dD][89a-fA-F]'), {pairs}, {inside}), '"'))))";

// Most texts are ASCII, where the tokenizer finds the words without help.
constexpr std::string_view kFolded =
    R"(if(isValidASCII({text}), lower({text}), replaceRegexpAll(replaceRegexpAll(normalizeUTF8NFKCCasefold({text}), )"
    R"('[\\p{{Han}}\\p{{Hiragana}}\\p{{Katakana}}\\p{{Thai}}\\p{{Lao}}\\p{{Khmer}}\\p{{Myanmar}}]|[^\\pL\\pN\\pM\\pZ\\pC\\x00-\\x7F]', )"
    R"(' \\0 '), '[\\pZ\\pC]', ' ')))";

}  // namespace

std::string folded_sql(std::string_view text) {
  return fmt::format(kFolded, fmt::arg("text", text));
}

const std::string& searched_text_sql() {
  static const std::string sql = [] {
    const std::string inside = fmt::format(kInside, kWithoutShortEscapes);
    return folded_sql(fmt::format(kText, fmt::arg("short", kWithoutShortEscapes), fmt::arg("inside", inside),
                                  fmt::arg("pairs", fmt::format(kWithoutLoneSurrogates, inside))));
  }();
  return sql;
}

const std::string& words_index() {
  static const std::string definition =
      fmt::format("{} ({}) TYPE text(tokenizer = '{}')", kWordsIndex, searched_text_sql(), kTokenizer);
  return definition;
}

}  // namespace annals::events
