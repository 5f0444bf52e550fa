#include "http/media_type.h"

#include <string_view>

#include "text/ascii.h"

namespace annals::http {

std::string media_type(const Request& request) {
  const std::string* header = request.header("content-type");
  if (header == nullptr) return {};
  return text::to_lower(text::trim(std::string_view(*header).substr(0, header->find(';'))));
}

bool says_json(const Request& request) {
  const std::string* header = request.header("content-type");
  if (header == nullptr || header->empty()) return true;
  constexpr std::string_view kApplication = "application/";
  const std::string type = media_type(request);
  if (!type.starts_with(kApplication)) return false;
  const std::string_view subtype = std::string_view(type).substr(kApplication.size());
  return !subtype.contains('/') && (subtype == "json" || subtype.ends_with("+json"));
}

}  // namespace annals::http
