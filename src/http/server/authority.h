#pragma once

#include <string_view>

namespace annals::http {

/// Returns whether the text is `host` or `host:port` (RFC 3986, 3.2.2 and 3.2.3), without user information
/// and with a host that is not empty, as in the http scheme (RFC 9110, 4.2).
bool is_host_with_port(std::string_view text);

/// Returns whether the text may be the value of a Host field (RFC 9110, 7.2): a host with or without a port,
/// or empty.
bool is_host_field(std::string_view text);

/// Returns whether the target of a request is in absolute form (RFC 9112, 3.2.2) with a scheme of ours, but
/// names no valid host.
bool has_invalid_authority(std::string_view target);

/// Returns the size of `scheme://` in front of a target in absolute form with a scheme of ours, or 0.
std::size_t size_of_scheme(std::string_view target);

}  // namespace annals::http
