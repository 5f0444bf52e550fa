#pragma once

#include <string>

#include "cli/command/command_tree.h"

namespace annals::cli {

// Each function returns a script that completes the commands of `annals`, their options and what these take.

std::string bash_completion(const CommandFacts& program);
std::string zsh_completion(const CommandFacts& program);
std::string fish_completion(const CommandFacts& program);

/// Returns the manual page annals(1), in the man macros of roff.
std::string manual_page(const CommandFacts& program, const std::string& version);

}  // namespace annals::cli
