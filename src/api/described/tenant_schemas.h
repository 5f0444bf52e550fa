#pragma once

#include "http/schema.h"

namespace annals::api::described {

// These schemas say how a tenant looks, wherever one occurs.

/// A tenant in the answer to a change, in a list, and alone.
http::Schema tenant();
http::Schema listed_tenant();
http::Schema tenant_in_full();

/// A tenant as it is asked for, and once it is made.
http::Schema new_tenant();
http::Schema made_tenant();
http::Schema tenant_change();

}  // namespace annals::api::described
