// From the text of one setting to its value. Each function returns the value or a complaint that completes
// "server.listen: …".
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "config/value.h"
#include "crypto/secret.h"

namespace annals::config {

/// Any text without control characters; a line break at the end of a password is the usual accident.
Read<std::string> parse_line(std::string text);

/// The same, kept as a secret.
Read<crypto::Secret> parse_secret(std::string text);

/// The same, but something must be there.
Read<std::string> parse_not_empty(std::string text);

/// `IPv4:port`, `[IPv6]:port` or `localhost:port`; the address comes without brackets, localhost as
/// 127.0.0.1.
Read<std::tuple<std::string, std::uint16_t>> parse_listen(const std::string& text);

/// `http(s)://host[:port]`, nothing more; a slash at the end is dropped. Boost.URL splits it.
Read<std::string> parse_origin(const std::string& text);

/// One or no origin: Annals does not spread over several engines yet.
Read<std::vector<std::string>> parse_endpoints(const std::vector<std::string>& texts);

/// Nothing but an empty text: the key is reserved.
Read<std::string> parse_cluster(const std::string& text);

/// S3's rule for the names of buckets: 3–63 of `[a-z0-9.-]`, a letter or digit at both ends, no `..`, not
/// like an IPv4 address.
Read<std::string> parse_bucket(const std::string& text);

/// A region becomes part of a host name: `[a-z0-9-]+`.
Read<std::string> parse_region(const std::string& text);

/// Where an EventBridge envelope names the tenant: `source`, `account`, `detail-type` or `detail.<key>`.
Read<std::string> parse_tenant_field(std::string text);

/// Keys that fit into a header and are hard to guess: 16 or more printable ASCII characters, no two alike.
Read<std::vector<crypto::Secret>> parse_api_keys(const std::vector<std::string>& texts);

}  // namespace annals::config
