#pragma once

#include "api/client_identity.h"
#include "events/client_access_handlers.h"
#include "tenants/directory.h"

namespace annals::api {

/// What the handlers of events need of the tenants. Both must outlive it.
events::ClientAccess client_access(const ClientIdentity& identity, tenants::TenantDirectory& directory);

}  // namespace annals::api
