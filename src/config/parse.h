// Turns the text of a setting into its value. Each function returns the value, or a complaint that completes
// "server.listen: …".
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "config/value.h"
#include "crypto/secret.h"

namespace annals::config {

/// Accepts any text without control characters; a line break at the end of a password is the usual accident.
Read<std::string> parse_line(std::string text);

/// Does the same as parse_line(), and returns a secret.
Read<crypto::Secret> parse_secret(std::string text);

/// Does the same as parse_line(), but does not accept an empty text.
Read<std::string> parse_not_empty(std::string text);

/// Accepts `IPv4:port`, `[IPv6]:port` or `localhost:port`. Returns the address without brackets, and
/// localhost as 127.0.0.1.
Read<std::tuple<std::string, std::uint16_t>> parse_listen(const std::string& text);

/// Accepts `http(s)://host[:port]` and nothing more, as Boost.URL splits it. Drops a slash at the end.
Read<std::string> parse_origin(const std::string& text);

/// Accepts `http(s)://host[:port]`, perhaps with a path that a proxy takes from the front of every request's.
/// Drops a slash at the end.
Read<std::string> parse_public_url(const std::string& text);

/// Accepts `http(s)://host[:port]` for each, and returns it as browsers send it: in lower case and without
/// the scheme's own port. Accepts `*` alone, too.
Read<std::vector<std::string>> parse_page_origins(const std::vector<std::string>& texts);

/// Accepts an address, or a network such as `10.0.0.0/8`, for each.
Read<std::vector<std::string>> parse_networks(const std::vector<std::string>& texts);

/// Accepts at most one origin, because several engines are not supported yet.
Read<std::vector<std::string>> parse_endpoints(const std::vector<std::string>& texts);

/// Accepts only an empty text, because the key is reserved.
Read<std::string> parse_cluster(const std::string& text);

/// Accepts names that follow S3's rule for buckets: 3–63 of `[a-z0-9.-]`, a letter or digit at both ends, no
/// `..`, not like an IPv4 address.
Read<std::string> parse_bucket(const std::string& text);

/// Accepts the beginning of keys in a bucket: parts of letters, digits, `-`, `_` and `.`, each with a slash
/// at its end.
Read<std::string> parse_key_prefix(const std::string& text);

/// Accepts 1–63 of `[a-z0-9-]`, because a region becomes part of a host name.
Read<std::string> parse_region(const std::string& text);

/// Accepts the fields in which an EventBridge envelope may name the tenant: `source`, `account`,
/// `detail-type` or `detail.<key>`.
Read<std::string> parse_tenant_field(std::string text);

/// Accepts keys that fit into a header and are hard to guess: 16 or more printable ASCII characters without
/// blanks, no two keys alike.
Read<std::vector<crypto::Secret>> parse_api_keys(const std::vector<std::string>& texts);

}  // namespace annals::config
