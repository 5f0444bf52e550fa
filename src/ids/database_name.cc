#include "ids/database_name.h"

#include <algorithm>
#include <array>

#include "text/ascii.h"

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

bool DatabaseName::is_reserved() const {
  constexpr std::array<std::string_view, 4> kReserved{"default", "system", "information_schema", kTrail};
  return is_aside() || std::ranges::find(kReserved, text::to_lower(text_)) != kReserved.end();
}

}  // namespace annals
