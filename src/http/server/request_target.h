#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::http {

/// The target of a request line, decoded.
struct RequestTarget {
  std::vector<std::string> segments;  // of the path, each decoded on its own; "/" has one, an empty one
  std::string path;                   // the segments joined again
  std::vector<std::pair<std::string, std::string>> query;  // in the order sent
};

/// Splits and decodes a target in origin form (`/path?query`) or absolute form (`http://host/path?query`).
/// Returns nullopt if its path can name no resource: it does not begin with a slash, or holds an invalid
/// escape, a NUL or invalid UTF-8. In the query, `+` is a space, and what cannot be decoded to UTF-8 stays as
/// it was sent.
std::optional<RequestTarget> parse_request_target(std::string_view target);

/// Returns the target in origin form without the slashes at the end of its path, or nullopt if it has none
/// there, or no path without them.
std::optional<std::string> without_trailing_slashes(std::string_view target);

}  // namespace annals::http
