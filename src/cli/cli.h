#pragma once

#include "service.h"

namespace annals::cli {

/// Runs the command line `annals …` and returns one of the exit codes of exit_codes.h.
int run(int argc, char** argv, const Adapters& adapters);

}  // namespace annals::cli
