#include "cli/terminal/confirmation.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include <fmt/format.h>

#include "cli/terminal/printable.h"

namespace annals::cli {

bool can_ask() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

bool is_confirmed(std::string_view warning, const std::string& word) {
  fmt::print(stderr, "{}\nType {} to go on: ", printable(warning), printable(word));
  std::fflush(stderr);
  std::string line;
  return std::getline(std::cin, line) && line == word;
}

}  // namespace annals::cli
