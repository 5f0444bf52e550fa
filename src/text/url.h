#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/url/url.hpp>

namespace annals::text {

/// Reads a URI with its scheme (RFC 3986). Returns nullopt if it is none. It does what boost::urls::parse_uri
/// does, but for hosts such as `192.0.2.1.example`: Boost.URL 1.81 takes the beginning for an address and the
/// rest for a path. The whole of it is a name (section 3.2.2).
std::optional<boost::urls::url> parse_url(std::string_view text);

/// Reads an authority, `[userinfo@]host[:port]`, as that of a URL. Returns nullopt if it is none.
std::optional<boost::urls::url> parse_authority(std::string_view text);

/// Returns `address:port` as a URL has it: an IPv6 address is in brackets.
std::string host_and_port(const std::string& address, std::uint16_t port);

}  // namespace annals::text
