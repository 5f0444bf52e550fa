#include "cli/doctor/doctor.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/command/commands.h"
#include "cli/doctor/machine.h"
#include "cli/doctor/parts.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/printable.h"
#include "config/warnings.h"
#include "ops/log.h"

namespace annals::cli {
namespace {

using enum Finding::Result;

struct DoctorOptions {
  std::string config_file;
  bool json = false;
};

std::string name_of(Finding::Result result) {
  switch (result) {
    case good:
      return "ok";
    case skipped:
      return "skipped";
    case warning:
      return "warning";
    default:
      return "problem";
  }
}

std::string coloured(Finding::Result result) {
  std::string name = fmt::format("{:<7}", name_of(result));
  switch (result) {
    case good:
      return in_colour(Colour::green, name);
    case warning:
      return in_colour(Colour::yellow, name);
    case problem:
      return in_colour(Colour::red, name);
    default:
      return name;
  }
}

std::optional<config::Config> examine_configuration(const std::string& file, Findings& findings) {
  try {
    auto config = config::load(file.empty() ? std::nullopt : std::optional<std::filesystem::path>(file));
    findings.push_back({"configuration", good, "it has no mistakes"});
    for (const std::string& text : config::warnings(config)) {
      findings.push_back({"configuration", warning, text});
    }
    return config;
  } catch (const config::InvalidConfig& mistakes) {
    for (const auto& mistake : mistakes.mistakes()) {
      findings.push_back(
          {"configuration", problem, fmt::format("{}: {}", mistake.key, mistake.problem),
           "correct it in the file or the environment; docs/operations.md lists all settings"});
    }
    return std::nullopt;
  }
}

void print(const Finding& finding) {
  print_line(
      fmt::format("{} {:<13}  {}", coloured(finding.result), finding.subject, printable(finding.text)));
  if (!finding.repair.empty()) print_line(fmt::format("{:21}  -> {}", "", printable(finding.repair)));
}

std::string json(const Finding& finding) {
  boost::json::object object{
      {"subject", finding.subject}, {"result", name_of(finding.result)}, {"text", finding.text}};
  if (!finding.repair.empty()) object["repair"] = finding.repair;
  return boost::json::serialize(object);
}

int run(const DoctorOptions& options, const Adapters& adapters) {
  ops::set_log_level(ops::Level::error);  // what the parts log is for a running service
  Findings findings;
  if (const auto config = examine_configuration(options.config_file, findings)) {
    examine_limits(*config, findings);
    examine_data_directory(*config, findings);
    examine_disk(*config, findings);
    examine_clock(findings);
    examine_certificate(*config, findings);
    examine_engine(*config, adapters, findings);
    examine_file_store(*config, adapters, findings);
    examine_service(*config, findings);
  } else {
    findings.push_back({"everything", skipped, "the rest depends on the configuration"});
  }
  for (const Finding& finding : findings) {
    if (options.json) {
      print_line(json(finding));
    } else {
      print(finding);
    }
  }
  const bool any =
      std::ranges::any_of(findings, [](const Finding& finding) { return finding.result == problem; });
  return any ? kFailed : kDone;
}

}  // namespace

void add_doctor(Commands& commands, const Adapters& adapters) {
  const auto options = std::make_shared<DoctorOptions>();
  CLI::App& command =
      commands.add("doctor", "Examine what a service needs on this machine, and say how to repair it",
                   [options, &adapters] { return run(*options, adapters); });
  command.add_option("--config", options->config_file,
                     "Configuration file (TOML) of the service; ANNALS_* variables take precedence");
  command.add_flag("--json", options->json, "Write each finding as a line of JSON");
  add_examples(command, {"sudo -u annals annals doctor --config /etc/annals/annals.toml"});
}

}  // namespace annals::cli
