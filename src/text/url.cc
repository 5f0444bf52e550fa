#include "text/url.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace annals::text {
namespace {

constexpr std::string_view kBeforeAuthority = "://";
constexpr std::string_view kBehindAuthority = "/?#";

/// Returns whether the parser stopped within the authority and took its rest for a path, as 1.81 does after
/// what looks like an address and after a port that is no number. A path behind an authority begins with a
/// slash.
bool is_cut(const boost::urls::url_view& url) {
  const std::string_view path(url.encoded_path());
  return url.has_authority() && !path.empty() && !path.starts_with('/');
}

/// Reads a URL whose host is a name that begins with a digit.
std::optional<boost::urls::url> parse_with_name(std::string text) {
  const auto authority = text.find(kBeforeAuthority) + kBeforeAuthority.size();
  const auto end = std::min(text.find_first_of(kBehindAuthority, authority), text.size());
  const auto at = text.substr(0, end).rfind('@');
  const auto begin = at == std::string::npos || at < authority ? authority : at + 1;
  const std::string name = text.substr(begin, std::min(text.find(':', begin), end) - begin);
  text[begin] = 'x';  // which no address begins with, and which is as good in a name
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed || is_cut(*parsed)) return std::nullopt;
  boost::urls::url url(*parsed);
  url.set_encoded_host_name(name);
  return url;
}

}  // namespace

std::optional<boost::urls::url> parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return std::nullopt;
  if (!is_cut(*parsed)) return boost::urls::url(*parsed);
  const bool is_name = parsed->host_type() == boost::urls::host_type::ipv4 && !parsed->has_port();
  return is_name ? parse_with_name(std::string(text)) : std::nullopt;
}

std::optional<boost::urls::url> parse_authority(std::string_view text) {
  if (text.find_first_of(kBehindAuthority) != std::string_view::npos) return std::nullopt;
  return parse_url("http://" + std::string(text));
}

std::string host_and_port(const std::string& address, std::uint16_t port) {
  const bool is_ipv6 = address.contains(':');
  return fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", address, is_ipv6 ? "]" : "", port);
}

}  // namespace annals::text
