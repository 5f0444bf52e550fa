#pragma once

namespace annals::cli {

class Commands;

/// Adds the commands `annals context …`, which manage the user's named contexts.
void add_context_commands(Commands& commands);

}  // namespace annals::cli
