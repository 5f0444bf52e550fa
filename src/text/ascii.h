#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace annals::text {

/// Lower case of ASCII letters only, whatever the locale: for header names and media types.
inline std::string to_lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

}  // namespace annals::text
