#include "config/tracing.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "config/parse.h"
#include "text/ascii.h"
#include "text/percent_encoding.h"
#include "text/url.h"

namespace annals::config {
namespace {

constexpr std::string_view kPath = "/v1/traces";
constexpr std::size_t kMaxAttributes = 128;

/// Returns where the path begins in a URL, or npos if it has none.
std::size_t path_in(std::string_view url) {
  const auto scheme = url.find("://");
  return scheme == std::string_view::npos ? scheme : url.find('/', scheme + 3);
}

std::optional<std::pair<std::string, std::string>> split(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  std::pair<std::string, std::string> result(text::trim(text.substr(0, equals)),
                                             text::trim(text.substr(equals + 1)));
  if (result.first.empty()) return std::nullopt;
  return result;
}

bool is_header_name(std::string_view name) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kMarks.contains(c);
  });
}

bool is_header_value(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

/// Returns the parts of a list in which the values are percent-encoded, as OpenTelemetry has them.
Value decoded_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const std::string_view part = text::trim(text.substr(0, end));
    if (!part.empty()) parts.push_back(text::percent_decode_leniently(part));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return Value(std::move(parts));
}

Value as_written(std::string text) {
  return Value(Value::Untyped{std::move(text)});
}

/// Returns milliseconds as seconds; what is no number stays as it is, and is complained about later.
Value seconds(std::string text) {
  std::uint64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (error != std::errc() || end != text.data() + text.size()) return as_written(std::move(text));
  return Value(static_cast<double>(milliseconds) / 1000);
}

/// Collects the settings. An empty variable counts as none.
class Variables {
 public:
  Variables(const Environment& environment, std::vector<OpenTelemetrySetting>& settings)
      : environment_(environment), settings_(settings) {}

  [[nodiscard]] std::optional<std::string> get(const std::string& name) const {
    auto value = environment_(name);
    if (!value || text::trim(*value).empty()) return std::nullopt;
    return std::string(text::trim(*value));
  }

  template <class Convert>
  bool take(std::string_view key, const std::string& name, Convert convert) {
    auto value = get(name);
    if (!value) return false;
    settings_.push_back({.key = key, .variable = name, .value = convert(*std::move(value))});
    return true;
  }

  /// Takes the variable for traces, or else that for all signals.
  template <class Convert>
  void take_of_exporter(std::string_view key, std::string_view suffix, Convert convert) {
    if (take(key, fmt::format("OTEL_EXPORTER_OTLP_TRACES_{}", suffix), convert)) return;
    take(key, fmt::format("OTEL_EXPORTER_OTLP_{}", suffix), convert);
  }

 private:
  const Environment& environment_;
  std::vector<OpenTelemetrySetting>& settings_;
};

/// Returns whether the variables turn the export of traces off.
bool is_off(const Variables& variables) {
  const auto disabled = variables.get("OTEL_SDK_DISABLED");
  return (disabled && text::to_lower(*disabled) == "true") || variables.get("OTEL_TRACES_EXPORTER") == "none";
}

bool take_endpoint(Variables& variables) {
  constexpr std::string_view kKey = "tracing.endpoint";
  // The URL for traces is taken as it is, and that for all signals gets their path.
  const auto as_is = [](std::string url) {
    return as_written(path_in(url) == std::string::npos ? url + '/' : std::move(url));
  };
  const auto with_path = [](std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return as_written(url + std::string(kPath));
  };
  return variables.take(kKey, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", as_is) ||
         variables.take(kKey, "OTEL_EXPORTER_OTLP_ENDPOINT", with_path);
}

void check_protocol(const Variables& variables, std::vector<ConfigMistake>& mistakes) {
  for (const std::string name : {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"}) {
    const auto protocol = variables.get(name);
    if (!protocol) continue;
    if (*protocol != "http/json" && *protocol != "http/protobuf") {
      mistakes.push_back({name,
                          "must be http/json or http/protobuf: Annals sends spans over HTTP, to the port "
                          "of the receiver that is for HTTP"});
    }
    return;
  }
}

}  // namespace

Read<std::string> parse_trace_receiver(const std::string& text) {
  const auto url = text::parse_url(text);
  const auto path = std::min(path_in(text), text.size());
  const bool is_whole = url && !url->has_query() && !url->has_fragment() && !url->has_userinfo();
  if (!is_whole || !parse_origin(text.substr(0, path))) {
    return std::unexpected(
        "must be a URL like http://collector:4318, with or without a path and nothing after that");
  }
  return path == text.size() ? text + std::string(kPath) : text;
}

Read<std::vector<std::pair<std::string, crypto::Secret>>> parse_trace_headers(
    const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, crypto::Secret>> headers;
  for (const std::string& text : texts) {
    auto header = split(text);
    if (!header || !is_header_name(header->first) || !is_header_value(header->second)) {
      return std::unexpected("must be a list of headers, each as in name=value");
    }
    headers.emplace_back(std::move(header->first), crypto::Secret(std::move(header->second)));
  }
  return headers;
}

Read<std::vector<std::pair<std::string, std::string>>> parse_resource_attributes(
    const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> attributes;
  std::set<std::string> keys;
  for (const std::string& text : texts) {
    auto attribute = split(text);
    if (!attribute) return std::unexpected("must be a list of attributes, each as in key=value");
    if (!keys.insert(attribute->first).second) return std::unexpected("must not have a key twice");
    attributes.push_back(*std::move(attribute));
  }
  if (attributes.size() > kMaxAttributes) {
    return std::unexpected(fmt::format("must not have more than {} attributes", kMaxAttributes));
  }
  return attributes;
}

std::vector<OpenTelemetrySetting> open_telemetry_settings(const Environment& environment, bool has_endpoint,
                                                          std::vector<ConfigMistake>& mistakes) {
  std::vector<OpenTelemetrySetting> settings;
  Variables variables(environment, settings);
  if (!has_endpoint) {
    if (is_off(variables) || !take_endpoint(variables)) return settings;
    check_protocol(variables, mistakes);
    variables.take_of_exporter("tracing.headers", "HEADERS", decoded_list);
    variables.take_of_exporter("tracing.ca_file", "CERTIFICATE", as_written);
    variables.take_of_exporter("tracing.timeout_seconds", "TIMEOUT", seconds);
  }
  variables.take("tracing.interval_seconds", "OTEL_BSP_SCHEDULE_DELAY", seconds);
  variables.take("tracing.max_waiting_spans", "OTEL_BSP_MAX_QUEUE_SIZE", as_written);
  variables.take("tracing.service_name", "OTEL_SERVICE_NAME", as_written);
  variables.take("tracing.resource_attributes", "OTEL_RESOURCE_ATTRIBUTES", decoded_list);
  variables.take("tracing.sampler", "OTEL_TRACES_SAMPLER", as_written);
  const auto sampler = variables.get("OTEL_TRACES_SAMPLER");
  if (sampler && sampler->ends_with("traceidratio")) {
    variables.take("tracing.sampler_ratio", "OTEL_TRACES_SAMPLER_ARG", as_written);
  }
  return settings;
}

}  // namespace annals::config
