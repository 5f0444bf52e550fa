#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace annals::cli {

/// An option of a command, as what is generated from the parser needs it.
struct OptionFacts {
  std::vector<std::string> names = {};  // with their dashes; of an argument its name in capitals
  std::string summary = {};
  std::string default_value = {};         // empty: none
  std::vector<std::string> choices = {};  // what it takes; empty: anything
  bool takes_value = false;
  bool takes_file = false;  // its value is the path of a file
  bool is_argument = false;
  bool is_required = false;
};

/// A command with all that its help says. The commands of a group are its children.
struct CommandFacts {
  std::vector<std::string> words = {};  // after `annals`; empty for the program itself
  std::string summary = {};
  std::string examples = {};  // lines; empty: none
  std::vector<OptionFacts> options = {};
  std::vector<CommandFacts> commands = {};
};

/// Returns the facts of the parser's commands, so that completions and the manual page know what the parser
/// knows and nothing else.
CommandFacts command_tree(const CLI::App& program);

/// Returns the command and all below it, the deepest last.
std::vector<const CommandFacts*> with_all_below(const CommandFacts& command);

}  // namespace annals::cli
