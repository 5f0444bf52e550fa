#include "spans.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "ids/uuid.h"

namespace annals {
namespace {

/// Returns the attributes of this process. Those of the configuration come first.
tracing::Resource resource_of(const config::Config& config) {
  tracing::Resource resource = config.tracing.resource_attributes;
  const auto find = [&](std::string_view key) {
    return std::ranges::find(resource, key, &tracing::Resource::value_type::first);
  };
  const auto add = [&](std::string_view key, const std::string& value) {
    if (find(key) == resource.end()) resource.emplace_back(key, value);
  };
  const std::string& name = config.tracing.service_name;
  if (const auto given = find("service.name"); !name.empty() && given != resource.end()) given->second = name;
  add("service.name", name.empty() ? "annals" : name);
  add("service.version", ANNALS_VERSION);
  add("service.instance.id", uuid_text(random_uuid()));
  add("telemetry.sdk.name", "annals");
  add("telemetry.sdk.language", "cpp");
  add("telemetry.sdk.version", ANNALS_VERSION);
  return resource;
}

}  // namespace

std::unique_ptr<tracing::Exporter> make_exporter(const config::Config& config) {
  const auto& settings = config.tracing;
  if (settings.endpoint.empty()) return nullptr;
  return std::make_unique<tracing::Exporter>(
      tracing::Exporter::Settings{.url = settings.endpoint,
                                  .headers = settings.headers,
                                  .ca_file = settings.ca_file,
                                  .timeout = settings.timeout,
                                  .interval = settings.interval,
                                  .max_waiting = settings.max_waiting_spans,
                                  .resource = resource_of(config)});
}

ops::Sampling sampling(const config::Config& config) {
  using config::TraceSampler;
  using Kind = ops::Sampling::Kind;
  const double ratio = config.tracing.sampler_ratio;
  switch (config.tracing.sampler) {
    case TraceSampler::always_on:
      return {.kind = Kind::always_on, .is_parent_based = false};
    case TraceSampler::always_off:
      return {.kind = Kind::always_off, .is_parent_based = false};
    case TraceSampler::ratio:
      return {.kind = Kind::trace_id_ratio, .ratio = ratio, .is_parent_based = false};
    case TraceSampler::by_parent_always_on:
      return {.kind = Kind::always_on};
    case TraceSampler::by_parent_always_off:
      return {.kind = Kind::always_off};
    case TraceSampler::by_parent_ratio:
      return {.kind = Kind::trace_id_ratio, .ratio = ratio};
  }
  return {};
}

}  // namespace annals
