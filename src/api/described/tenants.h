#pragma once

#include "http/operation.h"

namespace annals::api::described {

http::Operation initialize_tenant();
http::Operation delete_tenant();
http::Operation list_tenants();
http::Operation get_tenant();
http::Operation change_tenant();
http::Operation rotate_tenant_secret();

}  // namespace annals::api::described
