#include "ids/database_name.h"

#include <algorithm>
#include <array>

namespace annals {
namespace {

bool is_word(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::optional<DatabaseName> DatabaseName::parse(std::string_view text) {
  if (text.empty() || text.size() > kMaxLength || text.front() == '-') return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return is_word(c) || c == '-'; })) return std::nullopt;
  return DatabaseName(std::string(text));
}

bool DatabaseName::reserved() const {
  std::string lower = text_;
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::array<std::string_view, 3> kReserved{"default", "system", "information_schema"};
  return std::ranges::find(kReserved, lower) != kReserved.end();
}

}  // namespace annals
