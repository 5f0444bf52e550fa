#include "cli/wrong_arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command/commands.h"
#include "config/suggestion.h"

namespace annals::cli {
namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// Returns the complaints about arguments that stand before the command.
std::string before_the_command(const CLI::App& app) {
  std::string lines;
  for (const std::string& argument : app.remaining()) {
    lines += fmt::format("annals: unknown argument {}; options stand after the command\n", argument);
  }
  return lines;
}

/// Returns "annals tenant" for a group, and "annals" for the program itself.
std::string words_before(const CLI::App& group) {
  return group.get_parent() == nullptr ? "annals" : "annals " + full_name(group);
}

/// Returns the complaint about a group (the program is one) that got none of its commands. `arguments` are
/// those that stand after it.
std::string no_command(const std::vector<std::string>& arguments, const CLI::App& group) {
  const auto commands = commands_of(group);
  const auto first =
      std::ranges::find_if(arguments, [](const std::string& text) { return !text.starts_with('-'); });
  if (first == arguments.end()) {
    return fmt::format("{}: a command is missing; there are {}\n", words_before(group),
                       fmt::join(commands, ", "));
  }
  const std::string meant = config::did_you_mean(*first, commands);
  return fmt::format("{}: there is no command {}{}\n", words_before(group), *first,
                     meant.empty() ? fmt::format("; there are {}", fmt::join(commands, ", ")) : meant);
}

/// Returns the command that was parsed last: a group, if none of its own was.
const CLI::App& deepest_parsed(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : deepest_parsed(*parsed.front());
}

std::string unknown_arguments(const CLI::App& command) {
  const auto options = options_of(command);
  std::string lines;
  for (const std::string& argument : command.remaining()) {
    const std::string meant = config::did_you_mean(argument.substr(0, argument.find('=')), options);
    lines += fmt::format("annals {}: unknown argument {}{}\n", full_name(command), argument, meant);
  }
  return lines;
}

}  // namespace

std::string complaint_about(const std::vector<std::string>& arguments, const CLI::App& app,
                            const CLI::ParseError& error) {
  const CLI::App& command = deepest_parsed(app);
  if (&command == &app) {
    // The words that the parser has left may stand before a command that it did not find.
    const auto first =
        std::ranges::find_if(arguments, [](const auto& text) { return !text.starts_with('-'); });
    return (first == arguments.end() ? before_the_command(app) : "") + no_command(arguments, app) +
           "Run `annals --help` for more information.\n";
  }
  const std::string help = fmt::format("Run `annals {} --help` for more information.\n", full_name(command));
  if (!command.get_subcommands({}).empty()) {
    return before_the_command(app) + no_command(command.remaining(), command) + help;
  }
  std::string text = before_the_command(app) + unknown_arguments(command);
  // The parser's own list of them is in the opposite order.
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) {
    text += fmt::format("annals {}: {}\n", full_name(command), error.what());
  }
  return text + help;
}

}  // namespace annals::cli
