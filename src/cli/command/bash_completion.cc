#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command/completion.h"

namespace annals::cli {
namespace {

std::vector<std::string> option_names(const CommandFacts& command) {
  std::vector<std::string> names;
  for (const OptionFacts& option : command.options) {
    if (!option.is_argument) names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

std::vector<std::string> command_names(const CommandFacts& command) {
  std::vector<std::string> names;
  names.reserve(command.commands.size());
  for (const CommandFacts& below : command.commands) names.push_back(below.words.back());
  return names;
}

/// Returns the case in which a command's words are completed.
std::string words_case(const CommandFacts& command) {
  const bool takes_file = std::ranges::any_of(
      command.options, [](const OptionFacts& option) { return option.is_argument && option.takes_file; });
  return fmt::format("    '{}') commands='{}' options='{}' files={} ;;\n", fmt::join(command.words, " "),
                     fmt::join(command_names(command), " "), fmt::join(option_names(command), " "),
                     takes_file ? 1 : 0);
}

/// Returns the cases in which what an option takes is completed.
std::string values_cases(const CommandFacts& command) {
  std::string cases;
  for (const OptionFacts& option : command.options) {
    if (!option.takes_value || option.is_argument) continue;
    const std::string action =
        option.takes_file
            ? "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$word\"))"
            : fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))", fmt::join(option.choices, " "));
    for (const std::string& name : option.names) {
      cases += fmt::format("    '{} {}') {}; return ;;\n", fmt::join(command.words, " "), name, action);
    }
  }
  return cases;
}

}  // namespace

std::string bash_completion(const CommandFacts& program) {
  std::string words;
  std::string values;
  std::string commands;
  for (const CommandFacts* command : with_all_below(program)) {
    words += words_case(*command);
    values += values_cases(*command);
    if (!command->words.empty()) commands += fmt::format("|'{}'", fmt::join(command->words, " "));
  }
  return fmt::format(R"(# bash completion for annals, made by `annals completion bash`
_annals() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command='' commands options files next i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    next=${{command:+$command }}${{COMP_WORDS[i]}}
    case $next in {}) command=$next ;; esac
  done
  case "$command $previous" in
{}  esac
  case $command in
{}  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$word"))
    if ((files)); then compopt -o filenames; COMPREPLY+=($(compgen -f -- "$word")); fi
  fi
}}
complete -F _annals annals
)",
                     commands.substr(1), values, words);
}

}  // namespace annals::cli
