#pragma once

#include "http/operation.h"

namespace annals::api::described {

http::Operation get_openapi_document();
http::Operation show_reference();
http::Operation get_reference_file();
http::Operation show_console();
http::Operation get_console_file();
http::Operation get_viewer();
http::Operation get_viewer_of_version(std::string_view file);

}  // namespace annals::api::described
