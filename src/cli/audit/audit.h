#pragma once

namespace annals::cli {

class Commands;

/// Adds the command `annals audit list`, which shows the audit trail of a running service.
void add_audit_commands(Commands& commands);

}  // namespace annals::cli
