#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
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

/// Returns the numbers of a result in TabSeparated, which is one row of that many. Throws EngineError of an
/// unknown outcome if it is something else, such as nothing: whatever answered instead of the engine.
std::vector<std::uint64_t> numbers_in(std::string_view result, std::size_t count);

}  // namespace annals::engine
