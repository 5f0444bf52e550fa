#pragma once

#include <string>

#include "http/message.h"

namespace annals::http {

/// What a request says its body is: the Content-Type in lower case, without parameters. Empty when absent.
std::string media_type(const Request& request);

/// Whether the body is to be read as JSON: it is called `application/json`, `application/…+json`, or nothing.
bool says_json(const Request& request);

}  // namespace annals::http
