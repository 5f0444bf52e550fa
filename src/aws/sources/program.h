#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/source.h"

namespace annals::aws {

/// Splits a command into words as a POSIX shell does, with quotes and backslashes and nothing else: no
/// variables, no patterns. Returns nullopt if a quote has no end or there is no word.
std::optional<std::vector<std::string>> split_command(std::string_view command);

/// Runs a program and returns what it has written to its standard output, at most `max_bytes`. Its standard
/// input and standard error lead nowhere, and it has no descriptor of this process. At the deadline it is
/// killed with its process group. Throws CredentialsError if it cannot be started, writes more, is not done
/// in time or does not exit with 0.
std::string output_of(const std::vector<std::string>& words, std::size_t max_bytes, Deadline deadline);

}  // namespace annals::aws
