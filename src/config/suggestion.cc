#include "config/suggestion.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace annals::config {
namespace {

// Returns the Levenshtein distance, computed one row at a time.
std::size_t slips(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::size_t distance(std::string_view written, std::string_view known) {
  return known.ends_with(fmt::format(".{}", written)) ? 0 : slips(written, known);
}

}  // namespace

std::string did_you_mean(std::string_view written, std::span<const std::string> known) {
  constexpr std::size_t kMaxSlips = 3;
  constexpr std::size_t kMaxLength = 64;  // a longer text is no typing error, and comparing it takes long
  if (known.empty() || written.size() > kMaxLength) return "";
  const auto closest =
      std::ranges::min_element(known, {}, [&](const auto& name) { return distance(written, name); });
  if (distance(written, *closest) > std::min(kMaxSlips, written.size() / 3)) return "";
  return fmt::format(", did you mean {}?", *closest);
}

}  // namespace annals::config
