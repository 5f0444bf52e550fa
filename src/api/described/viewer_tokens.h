#pragma once

#include "http/operation.h"

namespace annals::api::described {

http::Operation create_viewer_token();

}  // namespace annals::api::described
