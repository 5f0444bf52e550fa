#include "backup/destination.h"

#include <algorithm>

namespace annals::backup {

bool is_blob_name(std::string_view name) {
  constexpr std::size_t kLongest = 512;
  constexpr std::string_view kSpecial = "-_./";
  const bool is_plain = std::ranges::all_of(name, [kSpecial](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kSpecial.contains(c);
  });
  return is_plain && !name.empty() && name.size() <= kLongest && !name.starts_with('/') &&
         !name.ends_with('/') && !name.contains("//") && !name.contains("..") && !name.contains("/.") &&
         !name.starts_with('.');
}

}  // namespace annals::backup
