#pragma once

#include <string>
#include <string_view>

namespace annals::engine {

/// Returns one of our own texts, or a name that the engine gave, in quotes for SQL text: `'` makes a literal,
/// a backtick an identifier.
inline std::string in_quotes(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') result += '\\';
    result += c;
  }
  return result + quote;
}

}  // namespace annals::engine
