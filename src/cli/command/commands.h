#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace annals::cli {

/// Collects the commands of the program: what the parser knows of each, and what runs it. The parser must
/// outlive this object.
class Commands {
 public:
  /// Runs a command whose arguments were parsed, and returns the exit code. Throws Mistake for wrong
  /// arguments, and another std::exception for any other failure.
  using Run = std::function<int()>;

  explicit Commands(CLI::App& program) : program_(program) {}

  /// Adds a command `annals <name>`. `run` owns what the options are parsed into.
  CLI::App& add(const std::string& name, const std::string& summary, Run run);
  /// Adds a word that only groups commands, `annals <name> …`.
  CLI::App& add_group(const std::string& name, const std::string& summary);
  /// Adds a command `annals <group> <name>`.
  CLI::App& add_to(CLI::App& group, const std::string& name, const std::string& summary, Run run);

  [[nodiscard]] CLI::App& program() const { return program_; }

  /// Runs the command that was parsed, and turns an exception into a message and an exit code.
  [[nodiscard]] int run_parsed() const;

 private:
  CLI::App& program_;
  std::vector<std::pair<const CLI::App*, Run>> runs_;
};

/// Adds examples at the end of a command's help, each a line of a shell.
void add_examples(CLI::App& command, const std::vector<std::string>& lines);

/// Returns a command's name with those of the groups that it is in: "tenant create".
std::string full_name(const CLI::App& command);

}  // namespace annals::cli
