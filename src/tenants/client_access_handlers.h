#pragma once

#include "events/client_access_handlers.h"
#include "tenants/client_identity_handlers.h"
#include "tenants/directory.h"

namespace annals::tenants {

/// What the handlers of events need of the tenants. Both must outlive it.
events::ClientAccess client_access(const ClientIdentity& identity, TenantDirectory& directory);

}  // namespace annals::tenants
