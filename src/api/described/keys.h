#pragma once

#include "http/operation.h"

namespace annals::api::described {

http::Operation create_key();
http::Operation list_keys();
http::Operation get_key();
http::Operation change_key();
http::Operation delete_key();

}  // namespace annals::api::described
