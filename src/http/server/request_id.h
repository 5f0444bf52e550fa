#pragma once

#include <string>

#include "http/message.h"

namespace annals::http {

/// A random UUID.
std::string random_request_id();

/// The caller's X-Request-Id when it is a sane one, 1–128 of `[A-Za-z0-9._-]`; a random UUID otherwise. It
/// goes into the log and back into a header, so nothing else may be in it.
std::string request_id_of(const Request& request);

}  // namespace annals::http
