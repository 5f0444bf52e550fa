#pragma once

#include <string>

#include "http/message.h"

namespace annals::http {

/// Returns a random UUID.
std::string random_request_id();

/// Returns the caller's X-Request-Id if it is 1–128 characters of `[A-Za-z0-9._-]`, a random UUID otherwise.
/// The id goes into the log and back into a header, so it must hold nothing else.
std::string request_id_of(const Request& request);

}  // namespace annals::http
