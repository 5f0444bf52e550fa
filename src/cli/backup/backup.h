#pragma once

namespace annals::cli {

class Commands;

/// Adds the commands `annals backup …` and `annals restore`, which have a running service back up clients and
/// bring them back. Each exits with 1 if its job failed.
void add_backup_commands(Commands& commands);

}  // namespace annals::cli
