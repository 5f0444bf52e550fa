#pragma once

#include "http/operation.h"

namespace annals::api::described {

http::Operation create_event_from_event_bridge();
http::Operation create_events();

}  // namespace annals::api::described
