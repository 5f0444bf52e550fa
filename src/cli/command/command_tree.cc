#include "cli/command/command_tree.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

namespace annals::cli {
namespace {

/// Returns what an option takes. The parser shows a choice as `TEXT:{one,two}`.
std::vector<std::string> choices_of(const std::string& type) {
  const auto begin = type.find('{');
  const auto end = type.find('}');
  std::vector<std::string> choices;
  if (begin == std::string::npos || end == std::string::npos || end < begin) return choices;
  std::istringstream list(type.substr(begin + 1, end - begin - 1));
  for (std::string choice; std::getline(list, choice, ',');) choices.push_back(choice);
  return choices;
}

OptionFacts facts_of(const CLI::Option& option) {
  OptionFacts facts{.summary = option.get_description(),
                    .default_value = option.get_default_str(),
                    .choices = choices_of(option.get_type_name()),
                    .takes_value = option.get_items_expected_max() > 0,
                    .is_argument = option.get_positional(),
                    .is_required = option.get_required()};
  if (facts.is_argument) {
    facts.names.push_back(option.get_name(true));
  } else {
    for (const std::string& name : option.get_snames()) facts.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) facts.names.push_back("--" + name);
  }
  const std::string& name = facts.names.back();
  facts.takes_file = name == "FILE" || name.ends_with("-file") || name == "--config" || name == "--state" ||
                     name == "--secret-to";
  return facts;
}

CommandFacts facts_of(const CLI::App& app, const std::vector<std::string>& words) {
  constexpr std::string_view kHead = "Examples:\n";
  CommandFacts facts{.words = words, .summary = app.get_description()};
  const std::string footer = app.get_footer();
  if (footer.starts_with(kHead)) facts.examples = footer.substr(kHead.size());
  for (const CLI::Option* option : app.get_options()) facts.options.push_back(facts_of(*option));
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* /*all*/) { return true; })) {
    std::vector<std::string> longer = words;
    longer.push_back(command->get_name());
    facts.commands.push_back(facts_of(*command, longer));
  }
  return facts;
}

void add_all_below(const CommandFacts& command, std::vector<const CommandFacts*>& all) {
  all.push_back(&command);
  for (const CommandFacts& below : command.commands) add_all_below(below, all);
}

}  // namespace

CommandFacts command_tree(const CLI::App& program) {
  return facts_of(program, {});
}

std::vector<const CommandFacts*> with_all_below(const CommandFacts& command) {
  std::vector<const CommandFacts*> all;
  add_all_below(command, all);
  return all;
}

}  // namespace annals::cli
