#pragma once

#include "http/operation.h"

namespace annals::api::described {

http::Operation get_openapi_document();
http::Operation show_reference();
http::Operation get_reference_file();

}  // namespace annals::api::described
