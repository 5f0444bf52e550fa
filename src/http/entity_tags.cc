#include "http/entity_tags.h"

#include <optional>

#include "text/ascii.h"

namespace annals::http {
namespace {

struct ListedTag {
  std::string_view tag;  // with its quotes
  bool weak = false;
};

/// Takes the next tag off a list. Returns nullopt at its end, and where it is not a list of tags.
std::optional<ListedTag> take_tag(std::string_view& list) {
  const auto begin = list.find_first_not_of(" \t,");
  if (begin == std::string_view::npos) return std::nullopt;
  list.remove_prefix(begin);
  const bool weak = list.starts_with("W/");
  if (weak) list.remove_prefix(2);
  if (!list.starts_with('"')) return std::nullopt;
  const auto end = list.find('"', 1);  // a tag may hold a comma, but no quote
  if (end == std::string_view::npos) return std::nullopt;
  const ListedTag found{.tag = list.substr(0, end + 1), .weak = weak};
  list.remove_prefix(end + 1);
  return found;
}

}  // namespace

bool names_entity_tag(std::string_view list, const std::string& tag) {
  if (text::trim(list) == "*") return true;
  const std::string_view opaque = std::string_view(tag).substr(tag.starts_with("W/") ? 2 : 0);
  while (const auto one = take_tag(list)) {
    if (one->tag == opaque) return true;
  }
  return false;
}

bool names_entity_tag_strongly(std::string_view list, const std::string& tag) {
  if (text::trim(list) == "*") return true;
  while (const auto one = take_tag(list)) {
    if (!one->weak && one->tag == tag) return true;
  }
  return false;
}

}  // namespace annals::http
