#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command/completion.h"

namespace annals::cli {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

/// Returns the condition under which the words so far are those of a command.
std::string condition(const CommandFacts& command) {
  return quoted(fmt::format("__annals_at {}", fmt::join(command.words, " ")));
}

std::string line_for(const CommandFacts& command, const OptionFacts& option) {
  std::string line = fmt::format("complete -c annals -n {}", condition(command));
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (option.takes_value) line += option.takes_file ? " -r -F" : " -x";
  if (!option.choices.empty())
    line += fmt::format(" -a {}", quoted(fmt::format("{}", fmt::join(option.choices, " "))));
  return line + " -d " + quoted(option.summary) + "\n";
}

}  // namespace

std::string fish_completion(const CommandFacts& program) {
  std::string groups;
  std::string lines;
  for (const CommandFacts* command : with_all_below(program)) {
    const bool takes_file = std::ranges::any_of(
        command->options, [](const OptionFacts& option) { return option.is_argument && option.takes_file; });
    if (!command->commands.empty() && !command->words.empty()) groups += " " + command->words.back();
    if (takes_file) lines += fmt::format("complete -c annals -n {} -F\n", condition(*command));
    for (const CommandFacts& below : command->commands) {
      lines += fmt::format("complete -c annals -n {} -a {} -d {}\n", condition(*command), below.words.back(),
                           quoted(below.summary));
    }
    for (const OptionFacts& option : command->options) {
      if (!option.is_argument) lines += line_for(*command, option);
    }
  }
  return fmt::format(R"(# fish completion for annals, made by `annals completion fish`
function __annals_at
  set -l words (commandline -opc)[2..-1]
  set -l command
  for word in $words
    if string match -q -- '-*' $word
      continue
    end
    set -a command $word
    if not contains -- $word{}
      break
    end
    if test (count $command) -eq 2
      break
    end
  end
  test "$command" = "$argv"
end
complete -c annals -f
{})",
                     groups, lines);
}

}  // namespace annals::cli
