#pragma once

#include <string>

#include "http/message.h"

namespace annals::http {

/// Returns the Content-Type of a request in lower case and without parameters, or "" if it is absent.
std::string media_type(const Request& request);

/// Returns whether the body is to be read as JSON: its Content-Type is `application/json`,
/// `application/…+json`, empty or absent.
bool says_json(const Request& request);

}  // namespace annals::http
