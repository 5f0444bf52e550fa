#pragma once

namespace annals::cli {

class Commands;

/// Adds the commands `annals events …`, which send and read the events of a tenant of a running service.
void add_events_commands(Commands& commands);

}  // namespace annals::cli
