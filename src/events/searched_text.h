#pragma once

#include <string>
#include <string_view>

namespace annals::events {

/// Returns SQL for the text of an event that a search looks through: what the JSON of event_data means, with
/// the escapes of JSON replaced by their characters, folded as by folded_sql(). ClickHouse's function
/// tokens() with the tokenizer splitByNonAlpha divides it into words. The words' index holds the same
/// expression, so a query finds the index only if it uses this one to the letter.
const std::string& searched_text_sql();

/// Returns SQL that folds a text, given as SQL, so that texts are equal which readers take for equal: case,
/// width and composition (NFKC_Casefold of Unicode) do not differ any more, and ideographs, kana, other
/// letters of scripts without blanks, and signs beyond ASCII are words of one character each.
std::string folded_sql(std::string_view text);

/// Returns the definition of the index that a table has for its words, to stand after INDEX or ADD INDEX.
const std::string& words_index();

/// The name of that index.
inline constexpr std::string_view kWordsIndex = "words";
/// The setting with which an insert leaves the words to the first merge of its part, which is done in the
/// background: they cost three times what the rest of an insert costs. Until then a search reads the rows.
inline constexpr std::string_view kWordsAfterInsert = "exclude_materialize_skip_indexes_on_insert = 'words'";
/// The tokenizer of that index, which ends a word at each sign of ASCII.
inline constexpr std::string_view kTokenizer = "splitByNonAlpha";

}  // namespace annals::events
