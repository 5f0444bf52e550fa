#include "config/keys.h"

#include <array>
#include <cmath>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/parse.h"
#include "config/tracing.h"
#include "text/url.h"

namespace annals::config {
namespace {

using std::chrono::milliseconds;
using Complaint = std::optional<std::string>;

// Checks a value that was read as its type, and stores it in the member of Config that `member` returns.
template <auto member, class T, class Parse>
Complaint set(Config& config, Read<T> read, Parse parse) {
  if (!read) return std::move(read.error());
  auto parsed = parse(*std::move(read));
  if (!parsed) return std::move(parsed.error());
  member(config) = *std::move(parsed);
  return std::nullopt;
}

// Returns a value as the log may have it: secrets are not shown, and times are in seconds.
std::string shown(const std::string& value) {
  return value;
}
std::string shown(bool value) {
  return value ? "true" : "false";
}
template <class Number>
  requires std::is_arithmetic_v<Number>
std::string shown(Number value) {
  return fmt::format("{}", value);
}
template <class Period>
std::string shown(std::chrono::duration<std::int64_t, Period> value) {
  return fmt::format("{}", std::chrono::duration<double>(value).count());
}
std::string shown(const std::filesystem::path& value) {
  return value.string();
}
std::string shown(const crypto::Secret& value) {
  return value.reveal().empty() ? "" : "***";
}
std::string shown(const std::vector<std::string>& value) {
  return fmt::format("{}", fmt::join(value, ", "));
}
std::string shown(const std::vector<crypto::Secret>& value) {
  return value.empty() ? "" : fmt::format("*** ({})", value.size());
}
template <class Shown>
std::string shown(const std::vector<std::pair<std::string, Shown>>& values) {
  std::string text;
  for (const auto& [name, value] : values) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, shown(value));
  }
  return text;
}
std::string shown(const std::optional<std::string>& value) {
  return value.value_or("");
}
std::string shown(const std::tuple<std::string&, std::uint16_t&>& listen) {
  const auto& [address, port] = listen;
  return address.empty() ? "" : text::host_and_port(address, port);
}
std::string shown(const decltype(std::ignore)& /*reserved*/) {
  return "";
}

// The members are reached through a function that may change them.
template <auto member>
std::string show(Config& config) {
  return shown(member(config));
}

template <const auto& choices, auto member>
std::string show_choice(Config& config) {
  for (const auto& [name, value] : choices) {
    if (value == member(config)) return std::string(name);
  }
  return "";
}

// Tells by its type whether a setting is a secret, or a list with secrets.
template <class T>
constexpr bool kIsSecret = std::is_same_v<T, crypto::Secret>;
template <class T>
constexpr bool kIsSecret<std::vector<T>> = kIsSecret<T>;
template <class T>
constexpr bool kIsSecret<std::pair<std::string, T>> = kIsSecret<T>;
template <auto member>
constexpr bool kHoldsSecret = kIsSecret<std::remove_cvref_t<decltype(member(std::declval<Config&>()))>>;

template <auto parse, auto member>
Complaint set_text(Config& config, const Value& value) {
  return set<member>(config, value.text(), parse);
}

// Accepts an empty text, which stands for the default.
template <auto parse, auto member>
Complaint set_text_or_empty(Config& config, const Value& value) {
  const auto parse_some = [](const std::string& written) {
    return written.empty() ? Read<std::string>() : parse(written);
  };
  return set<member>(config, value.text(), parse_some);
}

template <auto parse, auto member>
Complaint set_list(Config& config, const Value& value) {
  return set<member>(config, value.list(), parse);
}

template <auto member>
Complaint set_flag(Config& config, const Value& value) {
  return set<member>(config, value.boolean(), [](bool written) { return Read<bool>(written); });
}

template <const auto& choices, auto member>
Complaint set_choice(Config& config, const Value& value) {
  using Choice = std::remove_cvref_t<decltype(choices[0].second)>;
  const auto parse = [](const std::string& written) -> Read<Choice> {
    std::string names;
    for (const auto& [name, choice] : choices) {
      if (written == name) return choice;
      names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
    }
    return std::unexpected("must be one of " + names);
  };
  return set<member>(config, value.text(), parse);
}

template <std::int64_t min, std::int64_t max, auto member>
Complaint set_whole(Config& config, const Value& value) {
  using Number = std::remove_cvref_t<decltype(member(config))>;
  const auto parse = [](std::int64_t written) -> Read<Number> {
    if (written < min || written > max) {
      return std::unexpected(fmt::format("must be between {} and {}", min, max));
    }
    return static_cast<Number>(written);
  };
  return set<member>(config, value.whole_number(), parse);
}

template <double min, double max, auto member>
Complaint set_seconds(Config& config, const Value& value) {
  const auto parse = [](double written) -> Read<milliseconds> {
    const bool within = written >= min && written <= max;  // false for NaN
    if (!within) return std::unexpected(fmt::format("must be between {} and {} seconds", min, max));
    return milliseconds(std::llround(written * 1000));
  };
  return set<member>(config, value.number(), parse);
}

template <auto member>
Complaint set_share(Config& config, const Value& value) {
  const auto parse = [](double written) -> Read<double> {
    const bool within = written >= 0 && written <= 1;  // false for NaN
    if (!within) return std::unexpected("must be between 0 and 1");
    return written;
  };
  return set<member>(config, value.number(), parse);
}

// Accepts an empty text, which stands for no listener.
template <auto member>
Complaint set_listen_or_none(Config& config, const Value& value) {
  const auto parse = [](const std::string& written) {
    return written.empty() ? Read<std::tuple<std::string, std::uint16_t>>() : parse_listen(written);
  };
  return set<member>(config, value.text(), parse);
}

// The rows of the table are made of these: how a value is checked and stored, and how it is shown.
template <auto parse, auto member>
constexpr Access kText{
    .set = set_text<parse, member>, .show = show<member>, .is_secret = kHoldsSecret<member>};
template <auto parse, auto member>
constexpr Access kTextOrEmpty{.set = set_text_or_empty<parse, member>, .show = show<member>};
template <auto parse, auto member>
constexpr Access kList{
    .set = set_list<parse, member>, .show = show<member>, .is_secret = kHoldsSecret<member>};
template <auto member>
constexpr Access kFlag{.set = set_flag<member>, .show = show<member>};
template <const auto& choices, auto member>
constexpr Access kChoice{.set = set_choice<choices, member>, .show = show_choice<choices, member>};
template <std::int64_t min, std::int64_t max, auto member>
constexpr Access kWhole{.set = set_whole<min, max, member>, .show = show<member>};
template <double min, double max, auto member>
constexpr Access kSeconds{.set = set_seconds<min, max, member>, .show = show<member>};
template <auto member>
constexpr Access kShare{.set = set_share<member>, .show = show<member>};
template <auto member>
constexpr Access kListenOrNone{.set = set_listen_or_none<member>, .show = show<member>};

constexpr std::int64_t kMiB = std::int64_t{1} << 20U;
constexpr std::int64_t kGiB = std::int64_t{1} << 30U;
constexpr std::int64_t kPiB = std::int64_t{1} << 50U;
constexpr std::int64_t kMaxQuota = (std::int64_t{1} << 53U) - 1;
constexpr double kInstant = 0.001;  // seconds: the shortest time above zero
constexpr double kHour = 3600;
constexpr double kDay = 24 * kHour;
constexpr std::int64_t kSecondsOfDay = 86'400;
constexpr double kMaxCache = 2;  // seconds for which a tenant may be served after another instance deleted it

template <class Choice, std::size_t count>
using Choices = std::array<std::pair<std::string_view, Choice>, count>;

constexpr Choices<EngineKind, 2> kEngines = {
    {{"embedded", EngineKind::embedded}, {"remote", EngineKind::remote}}};
constexpr Choices<FilesKind, 2> kFileStores = {{{"local", FilesKind::local}, {"s3", FilesKind::s3}}};
constexpr Choices<const char*, 4> kLevels = {
    {{"debug", "debug"}, {"info", "info"}, {"warning", "warning"}, {"error", "error"}}};
constexpr Choices<TraceSampler, 6> kSamplers = {
    {{"always_on", TraceSampler::always_on},
     {"always_off", TraceSampler::always_off},
     {"traceidratio", TraceSampler::ratio},
     {"parentbased_always_on", TraceSampler::by_parent_always_on},
     {"parentbased_always_off", TraceSampler::by_parent_always_off},
     {"parentbased_traceidratio", TraceSampler::by_parent_ratio}}};
constexpr Choices<const char*, 3> kFormats = {{{"auto", "auto"}, {"json", "json"}, {"text", "text"}}};

// clang-format off
constexpr auto kKeys = std::to_array<Key>({
  {"server.listen", kText<parse_listen, [](Config& c) { return std::tie(c.server.address, c.server.port); }>},
  {"server.public_url", kTextOrEmpty<parse_public_url, [](Config& c) -> auto& { return c.server.public_url; }>},
  {"server.threads", kWhole<0, 256, [](Config& c) -> auto& { return c.server.threads; }>},
  {"server.max_connections",
   kWhole<1, 1'000'000, [](Config& c) -> auto& { return c.server.max_connections; }>},
  {"server.max_body_bytes", kWhole<1, kGiB, [](Config& c) -> auto& { return c.server.max_body_bytes; }>},
  {"server.request_timeout_seconds",
   kSeconds<kInstant, kHour, [](Config& c) -> auto& { return c.server.request_timeout; }>},
  {"server.idle_timeout_seconds",
   kSeconds<kInstant, kDay, [](Config& c) -> auto& { return c.server.idle_timeout; }>},
  {"server.drain_delay_seconds",
   kSeconds<0.0, kHour, [](Config& c) -> auto& { return c.server.drain_delay; }>},
  {"server.tls.certificate", kText<parse_line, [](Config& c) -> auto& { return c.server.tls.certificate; }>},
  {"server.tls.key", kText<parse_line, [](Config& c) -> auto& { return c.server.tls.key; }>},
  {"server.tls.client_ca", kText<parse_line, [](Config& c) -> auto& { return c.server.tls.client_ca; }>},
  {"server.trusted_proxies", kList<parse_networks, [](Config& c) -> auto& { return c.server.trusted_proxies; }>},
  {"server.cors_origins", kList<parse_page_origins, [](Config& c) -> auto& { return c.server.cors_origins; }>},

  {"auth.api_keys", kList<parse_api_keys, [](Config& c) -> auto& { return c.auth.api_keys; }>},
  {"auth.api_keys_file", kText<parse_line, [](Config& c) -> auto& { return c.auth.api_keys_file; }>},
  {"auth.wrong_keys_per_minute",
   kWhole<0, 1'000'000, [](Config& c) -> auto& { return c.auth.wrong_keys_per_minute; }>},

  {"data.dir", kText<parse_not_empty, [](Config& c) -> auto& { return c.data.dir; }>},

  {"engine.kind", kChoice<kEngines, [](Config& c) -> auto& { return c.engine.kind; }>},
  {"engine.endpoints", kList<parse_endpoints, [](Config& c) -> auto& { return c.engine.endpoints; }>},
  {"engine.user", kText<parse_not_empty, [](Config& c) -> auto& { return c.engine.user; }>},
  {"engine.password", kText<parse_secret, [](Config& c) -> auto& { return c.engine.password; }>},
  {"engine.password_file", kText<parse_line, [](Config& c) -> auto& { return c.engine.password_file; }>},
  {"engine.cluster", kText<parse_cluster, [](Config&) -> auto& { return std::ignore; }>},
  {"engine.library", kText<parse_line, [](Config& c) -> auto& { return c.engine.library; }>},
  {"engine.connections", kWhole<1, 256, [](Config& c) -> auto& { return c.engine.connections; }>},
  {"engine.max_waiting", kWhole<1, 1'000'000, [](Config& c) -> auto& { return c.engine.max_waiting; }>},
  {"engine.timeout_seconds", kSeconds<kInstant, kHour, [](Config& c) -> auto& { return c.engine.timeout; }>},
  {"engine.max_memory_bytes",
   kWhole<kLeastEngineMemory, kPiB, [](Config& c) -> auto& { return c.engine.max_memory_bytes; }>},
  {"engine.fsync", kFlag<[](Config& c) -> auto& { return c.engine.fsync; }>},
  {"engine.ca_file", kText<parse_line, [](Config& c) -> auto& { return c.engine.ca_file; }>},

  {"files.kind", kChoice<kFileStores, [](Config& c) -> auto& { return c.files.kind; }>},
  {"files.s3_endpoint", kTextOrEmpty<parse_origin, [](Config& c) -> auto& { return c.files.s3_endpoint; }>},
  {"files.s3_public_endpoint",
   kTextOrEmpty<parse_origin, [](Config& c) -> auto& { return c.files.s3_public_endpoint; }>},
  {"files.s3_bucket", kTextOrEmpty<parse_bucket, [](Config& c) -> auto& { return c.files.s3_bucket; }>},
  {"files.s3_region", kText<parse_region, [](Config& c) -> auto& { return c.files.s3_region; }>},
  {"files.s3_path_style", kFlag<[](Config& c) -> auto& { return c.files.s3_path_style; }>},
  {"files.timeout_seconds", kSeconds<kInstant, kHour, [](Config& c) -> auto& { return c.files.timeout; }>},
  {"files.url_seconds", kWhole<1, 7 * kSecondsOfDay, [](Config& c) -> auto& { return c.files.url_time; }>},
  {"files.upload_seconds", kWhole<1, kSecondsOfDay, [](Config& c) -> auto& { return c.files.upload_time; }>},
  {"files.max_bytes", kWhole<1, kPiB, [](Config& c) -> auto& { return c.files.max_bytes; }>},
  {"files.min_free_bytes", kWhole<0, kPiB, [](Config& c) -> auto& { return c.files.min_free_bytes; }>},

  {"backup.directory", kText<parse_line, [](Config& c) -> auto& { return c.backup.directory; }>},
  {"backup.s3_endpoint", kTextOrEmpty<parse_origin, [](Config& c) -> auto& { return c.backup.s3_endpoint; }>},
  {"backup.s3_bucket", kTextOrEmpty<parse_bucket, [](Config& c) -> auto& { return c.backup.s3_bucket; }>},
  {"backup.s3_region", kText<parse_region, [](Config& c) -> auto& { return c.backup.s3_region; }>},
  {"backup.s3_path_style", kFlag<[](Config& c) -> auto& { return c.backup.s3_path_style; }>},
  {"backup.s3_prefix", kTextOrEmpty<parse_key_prefix, [](Config& c) -> auto& { return c.backup.s3_prefix; }>},

  {"tenants.creating_timeout_seconds",
   kSeconds<kInstant, kDay, [](Config& c) -> auto& { return c.tenants.creating_timeout; }>},
  {"tenants.sweep_interval_seconds",
   kSeconds<kInstant, kDay, [](Config& c) -> auto& { return c.tenants.sweep_interval; }>},
  {"tenants.cache_seconds", kSeconds<0.0, kMaxCache, [](Config& c) -> auto& { return c.tenants.cache_time; }>},

  {"retention.days", kWhole<0, 36'500, [](Config& c) -> auto& { return c.retention.days; }>},
  {"retention.interval_seconds", kSeconds<0.1, kDay, [](Config& c) -> auto& { return c.retention.interval; }>},

  {"quotas.events_per_second",
   kWhole<0, kMaxQuota, [](Config& c) -> auto& { return c.quotas.events_per_second; }>},
  {"quotas.bytes_per_day", kWhole<0, kMaxQuota, [](Config& c) -> auto& { return c.quotas.bytes_per_day; }>},
  {"quotas.stored_bytes", kWhole<0, kMaxQuota, [](Config& c) -> auto& { return c.quotas.stored_bytes; }>},
  {"quotas.requests_per_second",
   kWhole<0, kMaxQuota, [](Config& c) -> auto& { return c.quotas.requests_per_second; }>},
  {"quotas.measure_seconds", kSeconds<0.1, kHour, [](Config& c) -> auto& { return c.quotas.measure_interval; }>},

  {"event_bridge.tenant_field",
   kText<parse_tenant_field, [](Config& c) -> auto& { return c.event_bridge.tenant_field; }>},

  {"events.max_waiting_bytes",
   kWhole<kMiB, kPiB, [](Config& c) -> auto& { return c.events.max_waiting_bytes; }>},
  {"events.max_waiting_bytes_per_tenant",
   kWhole<kMiB, kPiB, [](Config& c) -> auto& { return c.events.max_waiting_bytes_per_tenant; }>},
  {"events.max_receiving_bytes",
   kWhole<kMiB, kPiB, [](Config& c) -> auto& { return c.events.max_receiving_bytes; }>},
  {"events.max_known_bytes", kWhole<0, kPiB, [](Config& c) -> auto& { return c.events.max_known_bytes; }>},
  {"events.commits", kWhole<1, 256, [](Config& c) -> auto& { return c.events.commits; }>},
  {"events.retry_seconds", kSeconds<0.0, kHour, [](Config& c) -> auto& { return c.events.retry_time; }>},

  {"journal.max_bytes", kWhole<4 * kMiB, kPiB, [](Config& c) -> auto& { return c.journal.max_bytes; }>},

  {"history.timeout_seconds", kSeconds<kInstant, kHour, [](Config& c) -> auto& { return c.history.timeout; }>},
  {"history.max_memory_bytes",
   kWhole<64 * kMiB, kPiB, [](Config& c) -> auto& { return c.history.max_memory_bytes; }>},

  {"audit.retention_days",
   kWhole<0, 36'500, [](Config& c) -> auto& { return c.audit.retention_days; }>},
  {"audit.required", kFlag<[](Config& c) -> auto& { return c.audit.required; }>},
  {"audit.refusal_window_seconds",
   kSeconds<kInstant, kHour, [](Config& c) -> auto& { return c.audit.refusal_window; }>},

  {"log.level", kChoice<kLevels, [](Config& c) -> auto& { return c.log.level; }>},
  {"log.format", kChoice<kFormats, [](Config& c) -> auto& { return c.log.format; }>},
  {"log.requests", kShare<[](Config& c) -> auto& { return c.log.requests; }>},

  {"metrics.listen", kListenOrNone<[](Config& c) { return std::tie(c.metrics.address, c.metrics.port); }>},
  {"metrics.public", kFlag<[](Config& c) -> auto& { return c.metrics.is_public; }>},

  {"tracing.endpoint",
   kTextOrEmpty<parse_trace_receiver, [](Config& c) -> auto& { return c.tracing.endpoint; }>},
  {"tracing.headers", kList<parse_trace_headers, [](Config& c) -> auto& { return c.tracing.headers; }>},
  {"tracing.headers_file", kText<parse_line, [](Config& c) -> auto& { return c.tracing.headers_file; }>},
  {"tracing.ca_file", kText<parse_line, [](Config& c) -> auto& { return c.tracing.ca_file; }>},
  {"tracing.timeout_seconds",
   kSeconds<kInstant, kHour, [](Config& c) -> auto& { return c.tracing.timeout; }>},
  {"tracing.interval_seconds",
   kSeconds<kInstant, kHour, [](Config& c) -> auto& { return c.tracing.interval; }>},
  {"tracing.max_waiting_spans",
   kWhole<1, 1'000'000, [](Config& c) -> auto& { return c.tracing.max_waiting_spans; }>},
  {"tracing.sampler", kChoice<kSamplers, [](Config& c) -> auto& { return c.tracing.sampler; }>},
  {"tracing.sampler_ratio", kShare<[](Config& c) -> auto& { return c.tracing.sampler_ratio; }>},
  {"tracing.service_name", kText<parse_line, [](Config& c) -> auto& { return c.tracing.service_name; }>},
  {"tracing.resource_attributes",
   kList<parse_resource_attributes, [](Config& c) -> auto& { return c.tracing.resource_attributes; }>},
});
// clang-format on

}  // namespace

std::span<const Key> keys() {
  return kKeys;
}

std::vector<std::pair<std::string_view, std::string>> effective(Config config) {
  std::vector<std::pair<std::string_view, std::string>> values;
  values.reserve(kKeys.size());
  for (const Key& key : kKeys) values.emplace_back(key.name, key.access.show(config));
  return values;
}

std::string environment_name(std::string_view key) {
  std::string name = "ANNALS_";
  for (const char c : key) {
    name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

}  // namespace annals::config
