#pragma once

#include <string>
#include <string_view>

namespace annals::cli {

/// Returns whether a person can be asked: standard input and standard error are a terminal.
bool can_ask();

/// Shows `warning` on standard error and asks for `word`. Returns whether that was typed.
bool is_confirmed(std::string_view warning, const std::string& word);

}  // namespace annals::cli
