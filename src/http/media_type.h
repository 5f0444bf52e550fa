#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace annals::http {

/// What a request says its body is: the Content-Type in lower case, without parameters. Empty when absent.
std::string media_type(const Request& request);

/// `application/json` or `application/…+json`.
bool is_json(std::string_view media_type);

}  // namespace annals::http
