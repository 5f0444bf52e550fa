#pragma once

namespace annals {
struct Adapters;
}

namespace annals::cli {

class Commands;

/// Adds the command `annals doctor`, which examines what a service needs and says how to repair each thing.
/// `adapters` must outlive the commands.
void add_doctor(Commands& commands, const Adapters& adapters);

}  // namespace annals::cli
