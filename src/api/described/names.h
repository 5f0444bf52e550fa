#pragma once

#include "http/operation.h"

namespace annals::api::described {

http::Operation get_names();
http::Operation change_names();
http::Operation get_tenant_names();
http::Operation change_tenant_names();

/// Returns the schema of the names that answers give beside ids.
http::Schema names_of_ids();

}  // namespace annals::api::described
