#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace annals::events {

/// Returns the terms of a search as a person writes it, sorted and each once. Blanks divide terms, and all
/// that stands between two quotation marks (") is one. A term is its words with one blank between them, where
/// a word is a run of ASCII letters and digits and of everything that is not ASCII; it ends with * if it did
/// so in the text, and its last word is then the beginning of one. What has no word is left out.
std::vector<std::string> search_terms(std::string_view text);

/// Returns how many words some terms have together.
std::size_t count_words(const std::vector<std::string>& terms);

}  // namespace annals::events
