#pragma once

#include <concepts>
#include <string_view>

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

}  // namespace annals::engine
