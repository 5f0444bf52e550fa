#pragma once

namespace annals::cli {

class Commands;

/// Adds the commands `annals tenant …`, which make and manage the tenants of a running service.
void add_tenant_commands(Commands& commands);

}  // namespace annals::cli
