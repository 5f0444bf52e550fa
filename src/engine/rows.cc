#include "engine/rows.h"

#include <charconv>

#include <fmt/format.h>

#include "engine/engine.h"

namespace annals::engine {

std::vector<std::uint64_t> numbers_in(std::string_view result, std::size_t count) {
  std::vector<std::uint64_t> numbers;
  const char* at = result.data();
  const char* const end = at + result.size();
  while (at != end && numbers.size() < count) {
    const auto [after, error] = std::from_chars(at, end, numbers.emplace_back());
    const bool is_last = numbers.size() == count;
    if (error != std::errc{} || after == end || *after != (is_last ? '\n' : '\t')) break;
    at = after + 1;
    if (is_last && at == end) return numbers;
  }
  constexpr std::size_t kShown = 200;
  throw EngineError(EngineError::Kind::unknown, 0,
                    fmt::format("expected a row of {} numbers, got \"{}\"", count, result.substr(0, kShown)));
}

}  // namespace annals::engine
