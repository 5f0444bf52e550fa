#include "events/search_terms.h"

#include <algorithm>
#include <cctype>

namespace annals::events {
namespace {

bool is_of_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0;
}

/// Takes the next term off a text, with the signs in it: up to a blank or a quotation mark, or up to the
/// second one if it begins with one.
std::string_view take_term(std::string_view& text) {
  const bool quoted = text.starts_with('"');
  if (quoted) text.remove_prefix(1);
  const std::size_t size = std::min(text.find_first_of(quoted ? "\"" : "\" \t\r\n\f\v"), text.size());
  const std::string_view term = text.substr(0, size);
  // A blank and the second mark go with the term; the first mark of the next one stays.
  const bool next_begins = !quoted && size < text.size() && text[size] == '"';
  text.remove_prefix(std::min(size + (next_begins ? 0 : 1), text.size()));
  return term;
}

/// Returns the words of a term with a blank between them.
std::string words_of(std::string_view term) {
  std::string words;
  bool in_word = false;
  for (const char c : term) {
    if (is_of_word(c)) {
      if (!in_word && !words.empty()) words += ' ';
      words += c;
    }
    in_word = is_of_word(c);
  }
  const bool is_beginning = term.size() > 1 && term.ends_with('*') && is_of_word(term[term.size() - 2]);
  return is_beginning ? words + '*' : words;
}

}  // namespace

std::vector<std::string> search_terms(std::string_view text) {
  std::vector<std::string> terms;
  while (!text.empty()) {
    if (std::string words = words_of(take_term(text)); !words.empty()) terms.push_back(std::move(words));
  }
  std::ranges::sort(terms);
  terms.erase(std::ranges::unique(terms).begin(), terms.end());
  return terms;
}

std::size_t count_words(const std::vector<std::string>& terms) {
  std::size_t count = 0;
  for (const std::string& term : terms) count += 1 + static_cast<std::size_t>(std::ranges::count(term, ' '));
  return count;
}

}  // namespace annals::events
