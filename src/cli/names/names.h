#pragma once

namespace annals::cli {

class Commands;

/// Adds the commands `annals names …`, which show and change what people call the ids of types and sources.
void add_names_commands(Commands& commands);

}  // namespace annals::cli
