#pragma once

namespace annals::cli {

class Commands;

/// Adds the commands `annals key …`, which make and manage the platform keys of a running service.
void add_key_commands(Commands& commands);

}  // namespace annals::cli
