#include "http/server/authority.h"

#include <charconv>
#include <cstdint>
#include <system_error>

#include "text/ascii.h"
#include "text/url.h"

namespace annals::http {

bool is_host_with_port(std::string_view text) {
  const auto parsed = text::parse_authority(text);
  if (!parsed || parsed->has_userinfo() || parsed->encoded_host().empty()) return false;
  const std::string_view port = parsed->port();
  std::uint16_t number = 0;
  return port.empty() || std::from_chars(port.data(), port.data() + port.size(), number).ec == std::errc{};
}

bool is_host_field(std::string_view text) {
  return text.empty() || is_host_with_port(text);
}

std::size_t size_of_scheme(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text::to_lower(target.substr(0, scheme.size())) == scheme) return scheme.size();
  }
  return 0;
}

bool has_invalid_authority(std::string_view target) {
  const std::size_t scheme = size_of_scheme(target);
  if (scheme == 0) return false;
  target.remove_prefix(scheme);
  return !is_host_with_port(target.substr(0, target.find_first_of("/?#")));
}

}  // namespace annals::http
