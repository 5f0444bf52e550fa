#include "cli/command/commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include <fmt/format.h>

#include "cli/command/mistake.h"
#include "cli/terminal/exit_codes.h"

namespace annals::cli {

CLI::App& Commands::add(const std::string& name, const std::string& summary, Run run) {
  return add_to(program_, name, summary, std::move(run));
}

CLI::App& Commands::add_group(const std::string& name, const std::string& summary) {
  CLI::App& group = *program_.add_subcommand(name, summary);
  group.require_subcommand(1);
  return group;
}

CLI::App& Commands::add_to(CLI::App& group, const std::string& name, const std::string& summary, Run run) {
  CLI::App& command = *group.add_subcommand(name, summary);
  runs_.emplace_back(&command, std::move(run));
  return command;
}

int Commands::run_parsed() const {
  const auto found = std::ranges::find_if(runs_, [](const auto& command) { return command.first->parsed(); });
  if (found == runs_.end()) throw std::logic_error("no command was parsed");
  const auto& [command, run] = *found;
  try {
    return run();
  } catch (const Mistake& mistake) {
    fmt::print(stderr, "annals {}: {}\n", full_name(*command), mistake.what());
    return kMistake;
  } catch (const std::exception& error) {
    fmt::print(stderr, "annals {}: {}\n", full_name(*command), error.what());
    return kFailed;
  }
}

void add_examples(CLI::App& command, const std::vector<std::string>& lines) {
  std::string text = "Examples:";
  for (const std::string& line : lines) text += "\n  " + line;
  command.footer(text);
}

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  if (parent == nullptr || parent->get_parent() == nullptr) return command.get_name();
  return full_name(*parent) + " " + command.get_name();
}

}  // namespace annals::cli
