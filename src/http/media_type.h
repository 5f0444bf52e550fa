#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace annals::http {

/// Returns the Content-Type of a request in lower case and without parameters, or "" if it is absent.
std::string media_type(const Request& request);

/// Returns whether the body is to be read as JSON: its Content-Type is `application/json`,
/// `application/…+json`, empty or absent.
bool says_json(const Request& request);

/// Returns whether the Accept header names that media type, given in lower case, as one that is wanted: with
/// a weight that is not 0 (RFC 9110, 12.4.2 and 12.5.1).
bool asks_for(const Request& request, std::string_view type);

}  // namespace annals::http
