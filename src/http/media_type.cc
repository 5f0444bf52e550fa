#include "http/media_type.h"

#include <algorithm>

#include "http/ascii.h"

namespace annals::http {

std::string media_type(const Request& request) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::string* header = request.header("content-type");
  if (header == nullptr) return {};
  std::string_view type = std::string_view(*header).substr(0, header->find(';'));
  type.remove_prefix(std::min(type.find_first_not_of(kBlank), type.size()));
  return ascii_lower_case(type.substr(0, type.find_last_not_of(kBlank) + 1));
}

bool is_json(std::string_view media_type) {
  constexpr std::string_view kApplication = "application/";
  if (!media_type.starts_with(kApplication)) return false;
  const std::string_view subtype = media_type.substr(kApplication.size());
  return !subtype.contains('/') && (subtype == "json" || subtype.ends_with("+json"));
}

}  // namespace annals::http
