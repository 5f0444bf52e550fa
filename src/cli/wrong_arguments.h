#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
class ParseError;
}  // namespace CLI

namespace annals::cli {

/// Returns what is wrong with a command line in plain words, one complaint a line: the arguments that no
/// command knows, in their order and each with the name that may have been meant, then the parser's error.
/// `app` has failed to parse `arguments` (without the program's name) with `error`.
std::string complaint_about(const std::vector<std::string>& arguments, const CLI::App& app,
                            const CLI::ParseError& error);

}  // namespace annals::cli
