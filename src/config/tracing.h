// The settings of tracing, and what OpenTelemetry's own variables say about them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/value.h"
#include "crypto/secret.h"

namespace annals::config {

/// Accepts `http(s)://host[:port][/path]`. Without a path it is that of OTLP, `/v1/traces`.
Read<std::string> parse_trace_receiver(const std::string& text);

/// Accepts `name=value` for each, as the header of a request may be.
Read<std::vector<std::pair<std::string, crypto::Secret>>> parse_trace_headers(
    const std::vector<std::string>& texts);

/// Accepts `key=value` for each, no key twice.
Read<std::vector<std::pair<std::string, std::string>>> parse_resource_attributes(
    const std::vector<std::string>& texts);

/// A setting that a variable of OpenTelemetry's gives.
struct OpenTelemetrySetting {
  std::string_view key;
  std::string variable;
  Value value;
};

/// Returns the settings that the OTEL_ variables give. `has_endpoint` says that tracing.endpoint is given:
/// the variables about their own endpoint, headers for it among them, then count for nothing. Without any
/// endpoint there are none. Adds a mistake if they ask for a protocol that Annals does not speak.
std::vector<OpenTelemetrySetting> open_telemetry_settings(const Environment& environment, bool has_endpoint,
                                                          std::vector<ConfigMistake>& mistakes);

}  // namespace annals::config
