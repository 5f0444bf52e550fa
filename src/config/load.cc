#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "config/config.h"
#include "config/file.h"
#include "config/keys.h"
#include "config/rules.h"
#include "config/suggestion.h"

namespace annals::config {
namespace {

constexpr std::string_view kConfigPath = "ANNALS_CONFIG";
// The variables with our prefix that set nothing in a Config. In ANNALS_BUILD_DIR `./dev test` names the
// build to the tests; ANNALS_API_KEY is the key that `annals import` and `annals export` send.
constexpr std::array<std::string_view, 3> kNoSettings = {kConfigPath, "ANNALS_BUILD_DIR", "ANNALS_API_KEY"};

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
      mistakes_.push_back({name, "unknown variable" + did_you_mean(name, known)});
    }
  }

  Config finish() {
    std::ranges::move(contradictions(config_, given_), std::back_inserter(mistakes_));
    if (!mistakes_.empty()) throw InvalidConfig(std::move(mistakes_));
    // AWS wants the bucket in the host name, for which other servers rarely have a certificate.
    if (!given_.has("files.s3_path_style")) config_.files.s3_path_style = !config_.files.s3_endpoint.empty();
    if (!given_.has("events.max_known_bytes")) {
      config_.events.max_known_bytes = memory_of_known_ids(config_.engine.max_memory_bytes);
    }
    return std::move(config_);
  }

 private:
  void set(const Key& key, const Value& value, const std::string& written) {
    given_.add(key.name, written, value.blank());
    if (auto complaint = key.set(config_, value)) {
      given_.mark_wrong(key.name);
      mistakes_.push_back({written, *std::move(complaint)});
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
  return loading.finish();
}

}  // namespace annals::config
