#include "http/entity_tags.h"

#include "text/ascii.h"

namespace annals::http {

bool names_entity_tag(std::string_view list, const std::string& tag) {
  if (list == "*") return true;
  while (!list.empty()) {
    const auto comma = list.find(',');
    std::string_view one = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    one = text::trim(one);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
  }
  return false;
}

}  // namespace annals::http
