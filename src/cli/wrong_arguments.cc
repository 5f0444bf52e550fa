#include "cli/wrong_arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

std::string no_command(const std::vector<std::string>& arguments, const CLI::App& app) {
  const auto commands = commands_of(app);
  const auto first =
      std::ranges::find_if(arguments, [](const std::string& text) { return !text.starts_with('-'); });
  if (first == arguments.end()) {
    return before_the_command(app) +
           fmt::format("annals: a command is missing; there are {}\n", fmt::join(commands, ", "));
  }
  const std::string meant = config::did_you_mean(*first, commands);
  return fmt::format("annals: there is no command {}{}\n", *first,
                     meant.empty() ? fmt::format("; there are {}", fmt::join(commands, ", ")) : meant);
}

std::string unknown_arguments(const CLI::App& command) {
  const auto options = options_of(command);
  std::string lines;
  for (const std::string& argument : command.remaining()) {
    const std::string meant = config::did_you_mean(argument.substr(0, argument.find('=')), options);
    lines += fmt::format("annals {}: unknown argument {}{}\n", command.get_name(), argument, meant);
  }
  return lines;
}

}  // namespace

std::string complaint_about(const std::vector<std::string>& arguments, const CLI::App& app,
                            const CLI::ParseError& error) {
  const auto parsed = app.get_subcommands();
  if (parsed.empty()) {
    return no_command(arguments, app) + "Run `annals --help` for more information.\n";
  }
  const CLI::App& command = *parsed.front();
  std::string text = before_the_command(app) + unknown_arguments(command);
  // The parser's own list of them is in the opposite order.
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) {
    text += fmt::format("annals {}: {}\n", command.get_name(), error.what());
  }
  return text + fmt::format("Run `annals {} --help` for more information.\n", command.get_name());
}

}  // namespace annals::cli
