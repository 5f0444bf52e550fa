#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace annals::engine {

/// Calls `each` with every line of a result in one of the formats that write one line per row (JSONEachRow
/// and its relatives).
template <std::invocable<std::string_view> Each>
void for_each_line(std::string_view text, Each each) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    each(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

/// Returns the numbers of a row in TabSeparated. Throws std::invalid_argument if it has something else.
inline std::vector<std::uint64_t> numbers_in(std::string_view row) {
  std::vector<std::uint64_t> numbers;
  std::string rest(row);
  for (std::size_t end = 0; !rest.empty() && rest != "\n"; rest.erase(0, end)) {
    numbers.push_back(std::stoull(rest, &end));
  }
  return numbers;
}

}  // namespace annals::engine
