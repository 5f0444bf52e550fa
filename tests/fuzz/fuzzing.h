// What the fuzz targets share. A target takes its choices from the end of the input (FuzzedDataProvider does
// so), hence a seed is a plain text with a few bytes behind it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <fuzzer/FuzzedDataProvider.h>

namespace annals::fuzzing {

/// Ends the process if a property does not hold, so that libFuzzer keeps the input.
inline void require(bool holds, std::string_view expected) {
  if (holds) return;
  fmt::print(stderr, "expected: {}\n", expected);
  std::abort();
}

/// Ends the process if a text is not the expected one.
inline void require_same(std::string_view actual, std::string_view expected, std::string_view what) {
  if (actual == expected) return;
  fmt::print(stderr, "{}:\n  expected {:?}\n  got      {:?}\n", what, expected, actual);
  std::abort();
}

/// Cuts a text into pieces as a connection might deliver them: 0 leaves it whole, 1 cuts out every byte, and
/// any other number is the seed of random sizes.
inline std::vector<std::string_view> pieces_of(std::string_view text, std::uint8_t cuts) {
  constexpr unsigned kLongest = 64;
  std::minstd_rand random(cuts);
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const std::size_t size = cuts == 0 ? text.size() : cuts == 1 ? 1 : 1 + random() % kLongest;
    pieces.push_back(text.substr(0, size));
    text.remove_prefix(std::min(size, text.size()));
  }
  return pieces;
}

}  // namespace annals::fuzzing
