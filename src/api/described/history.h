#pragma once

#include <vector>

#include "http/operation.h"

namespace annals::api::described {

http::Operation list_events();
http::Operation count_events();
http::Operation export_events();
http::Operation tail_events();
http::Operation get_event();
http::Operation get_event_file();

}  // namespace annals::api::described
