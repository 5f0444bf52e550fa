#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "config/config.h"
#include "config/file.h"
#include "config/foreign_variables.h"
#include "config/key_file.h"
#include "config/keys.h"
#include "config/parse.h"
#include "config/rules.h"
#include "config/suggestion.h"
#include "config/tracing.h"
#include "text/ascii.h"

namespace annals::config {
namespace {

constexpr std::string_view kConfigPath = "ANNALS_CONFIG";
// The variables with our prefix that set nothing in a Config. In ANNALS_BUILD_DIR `./dev test` names the
// build to the tests; the others are for the commands that are clients of a service.
constexpr std::array<std::string_view, 7> kNoSettings = {
    kConfigPath,      "ANNALS_BUILD_DIR", "ANNALS_API_KEY", "ANNALS_URL",
    "ANNALS_CONTEXT", "ANNALS_CLIENT_ID", "ANNALS_DATABASE"};

/// Returns the lines of a file without the blanks around them. Blank lines are passed over.
std::vector<std::string> lines_in(std::string_view content) {
  std::vector<std::string> lines;
  while (!content.empty()) {
    const auto end = std::min(content.find('\n'), content.size());
    const std::string_view line = text::trim(content.substr(0, end));
    if (!line.empty()) lines.emplace_back(line);
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  return lines;
}

/// Returns the keys in a file: one per line.
Read<std::vector<crypto::Secret>> keys_in(std::string_view content) {
  const auto lines = lines_in(content);
  if (lines.empty()) return std::unexpected("must name a file with a key in each line; this one has none");
  return parse_api_keys(lines);
}

/// Returns the password in a file: all of it but the line break at its end.
Read<crypto::Secret> password_in(std::string_view content) {
  if (content.ends_with('\n')) content.remove_suffix(1);
  if (content.ends_with('\r')) content.remove_suffix(1);
  if (content.empty()) return std::unexpected("must name a file with the password in it; this one is empty");
  return parse_secret(std::string(content));
}

/// Returns the headers in a file: one per line.
Read<std::vector<std::pair<std::string, crypto::Secret>>> headers_in(std::string_view content) {
  return parse_trace_headers(lines_in(content));
}

// Builds a configuration from its sources, of which a later one takes precedence.
class Loading {
 public:
  void take_file(const std::filesystem::path& path) {
    auto content = read_file(path);
    std::ranges::move(content.mistakes, std::back_inserter(mistakes_));
    for (const auto& [key, value] : content.settings) set(*key, value, std::string(key->name));
  }

  void take_environment(const Environment& environment, const EnvironmentNames& names) {
    std::vector<std::string> known;
    for (const auto& key : keys()) {
      known.push_back(environment_name(key.name));
      if (auto text = environment(known.back()))
        set(key, Value(Value::Untyped{*std::move(text)}), known.back());
    }
    for (const auto& name : names) {
      if (std::ranges::find(known, name) != known.end() ||
          std::ranges::find(kNoSettings, name) != kNoSettings.end())
        continue;
      if (is_of_kubernetes(name, environment(name).value_or(""))) {
        config_.foreign_variables.push_back(name);
        continue;
      }
      mistakes_.push_back({name, "unknown variable" + did_you_mean(name, known)});
    }
  }

  /// Our settings count more than those of OpenTelemetry.
  void take_open_telemetry(const Environment& environment) {
    const bool has_endpoint = given_.has("tracing.endpoint");
    for (auto& setting : open_telemetry_settings(environment, has_endpoint, mistakes_)) {
      const bool is_given =
          given_.has(setting.key) || (setting.key == "tracing.headers" && given_.has("tracing.headers_file"));
      const auto key = std::ranges::find(keys(), setting.key, &Key::name);
      if (!is_given && key != keys().end()) set(*key, setting.value, setting.variable);
    }
  }

  Config finish() {
    take_secret("tracing.headers", config_.tracing.headers_file, headers_in, config_.tracing.headers);
    take_secret("auth.api_keys", config_.auth.api_keys_file, keys_in, config_.auth.api_keys);
    take_secret("engine.password", config_.engine.password_file, password_in, config_.engine.password);
    std::ranges::move(contradictions(config_, given_), std::back_inserter(mistakes_));
    if (!mistakes_.empty()) throw InvalidConfig(std::move(mistakes_));
    // AWS wants the bucket in the host name, for which other servers rarely have a certificate.
    if (!given_.has("backup.s3_path_style"))
      config_.backup.s3_path_style = !config_.backup.s3_endpoint.empty();
    if (!given_.has("files.s3_path_style")) config_.files.s3_path_style = !config_.files.s3_endpoint.empty();
    if (!given_.has("events.max_known_bytes")) {
      config_.events.max_known_bytes = memory_of_known_ids(config_.engine.max_memory_bytes);
    }
    if (!given_.has("events.max_waiting_bytes_per_tenant")) {
      auto& events = config_.events;
      events.max_waiting_bytes_per_tenant =
          std::min(events.max_waiting_bytes_per_tenant, events.max_waiting_bytes);
    }
    return std::move(config_);
  }

 private:
  void set(const Key& key, const Value& value, const std::string& written) {
    given_.add(key.name, written, value.blank());
    if (auto complaint = key.access.set(config_, value)) {
      given_.mark_wrong(key.name);
      mistakes_.push_back({written, *std::move(complaint)});
    }
  }

  /// Reads the secret setting `key` from the file that `<key>_file` names, if it names one.
  template <class Secret, class ReadSecret>
  void take_secret(const std::string& key, const std::string& file, ReadSecret read, Secret& secret) {
    const std::string file_key = key + "_file";
    if (!given_.has(file_key) || given_.wrong(file_key)) return;
    if (given_.has(key)) {
      mistakes_.push_back(
          {given_.written(file_key),
           fmt::format("is given together with {}; remove one of them", given_.written(key))});
      return;
    }
    try {
      auto content = read_secret_file(file);
      auto found = read(content.content);
      if (!found) throw std::runtime_error(fmt::format("{}: {}", file, found.error()));
      secret = *std::move(found);
      if (content.is_public) config_.public_secret_files.push_back(file);
    } catch (const std::runtime_error& error) {
      mistakes_.push_back({given_.written(file_key), error.what()});
    }
  }

  Config config_;
  GivenKeys given_;
  std::vector<ConfigMistake> mistakes_;
};

std::string text_of(const std::vector<ConfigMistake>& mistakes) {
  auto text = fmt::format("annals: the configuration has {} mistake{}:", mistakes.size(),
                          mistakes.size() == 1 ? "" : "s");
  for (const auto& mistake : mistakes) text += fmt::format("\n  {}: {}", mistake.key, mistake.problem);
  return text;
}

constexpr std::string_view kOurs = "ANNALS_";
constexpr std::string_view kOpenTelemetry = "OTEL_";

// Returns a copy of the variables that settings may be read from.
std::map<std::string, std::string, std::less<>> process_environment() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view variable(*entry);
    if (!variable.starts_with(kOurs) && !variable.starts_with(kOpenTelemetry)) continue;
    const auto equals = std::min(variable.find('='), variable.size());
    variables.emplace(variable.substr(0, equals), variable.substr(std::min(equals + 1, variable.size())));
  }
  return variables;
}

}  // namespace

InvalidConfig::InvalidConfig(std::vector<ConfigMistake> mistakes)
    : std::runtime_error(text_of(mistakes)), mistakes_(std::move(mistakes)) {}

Config load(const std::optional<std::filesystem::path>& file, const Environment& environment,
            const EnvironmentNames& names) {
  Loading loading;
  if (file) {
    loading.take_file(*file);
  } else if (const auto path = environment(kConfigPath); path && !path->empty()) {
    loading.take_file(*path);
  }
  loading.take_environment(environment, names);
  loading.take_open_telemetry(environment);
  return loading.finish();
}

Config load(const std::optional<std::filesystem::path>& file) {
  const auto variables = process_environment();
  EnvironmentNames names;
  for (const auto& [name, value] : variables) {
    if (name.starts_with(kOurs)) names.push_back(name);
  }
  const auto lookup = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  return load(file, lookup, names);
}

}  // namespace annals::config
