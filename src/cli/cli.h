#pragma once

#include "service.h"

namespace annals::cli {

/// Runs the command line `annals …` and returns the exit code: 0 done, 1 failed, 2 a mistake in the arguments
/// or the configuration.
int run(int argc, char** argv, const Adapters& adapters);

}  // namespace annals::cli
