#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command/completion.h"

namespace annals::cli {
namespace {

/// Returns a text for between single quotes, without what _arguments and _describe take for their own signs.
std::string plain(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else if (c == '[' || c == ']' || c == ':') {
      result += std::string("\\") + c;
    } else {
      result += c;
    }
  }
  return result;
}

std::string function_name(const CommandFacts& command) {
  return command.words.empty() ? "_annals" : fmt::format("_annals_{}", fmt::join(command.words, "_"));
}

std::string action_of(const OptionFacts& option) {
  if (option.takes_file) return "_files";
  return option.choices.empty() ? " " : fmt::format("({})", fmt::join(option.choices, " "));
}

std::string spec_of(const OptionFacts& option) {
  if (option.is_argument)
    return fmt::format("    '1:{}:{}' \\\n", plain(option.names.front()), action_of(option));
  std::string specs;
  for (const std::string& name : option.names) {
    // The star permits an option that may be repeated; the parser refuses the others.
    specs += fmt::format("    '*{}[{}]{}' \\\n", name, plain(option.summary),
                         option.takes_value ? ":value:" + action_of(option) : "");
  }
  return specs;
}

std::string function_of(const CommandFacts& command) {
  std::string specs;
  for (const OptionFacts& option : command.options) specs += spec_of(option);
  if (command.commands.empty()) {
    return fmt::format("{}() {{\n  _arguments -s \\\n{}    && return 0\n}}\n", function_name(command), specs);
  }
  std::string names;
  std::string cases;
  for (const CommandFacts& below : command.commands) {
    names += fmt::format("    '{}:{}'\n", below.words.back(), plain(below.summary));
    cases += fmt::format("    {}) {} ;;\n", below.words.back(), function_name(below));
  }
  return fmt::format(R"({}() {{
  local state
  local -a commands=(
{}  )
  _arguments -C \
{}    '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest) case $words[1] in
{}    esac ;;
  esac
}}
)",
                     function_name(command), names, specs, cases);
}

}  // namespace

std::string zsh_completion(const CommandFacts& program) {
  std::string functions;
  for (const CommandFacts* command : with_all_below(program)) functions += function_of(*command);
  return fmt::format("#compdef annals\n# made by `annals completion zsh`\n{}\ncompdef _annals annals\n",
                     functions);
}

}  // namespace annals::cli
