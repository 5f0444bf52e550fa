#pragma once

#include "http/operation.h"

namespace annals::api::described {

http::Operation healthz();
http::Operation readyz();
http::Operation metrics(std::string content_type);

}  // namespace annals::api::described
