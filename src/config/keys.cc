#include "config/keys.h"

#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "config/parse.h"

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

template <auto parse, auto member>
Complaint text(Config& config, const Value& value) {
  return set<member>(config, value.text(), parse);
}

// Accepts an empty text, which stands for the default.
template <auto parse, auto member>
Complaint text_or_empty(Config& config, const Value& value) {
  const auto parse_some = [](const std::string& written) {
    return written.empty() ? Read<std::string>() : parse(written);
  };
  return set<member>(config, value.text(), parse_some);
}

template <auto parse, auto member>
Complaint list(Config& config, const Value& value) {
  return set<member>(config, value.list(), parse);
}

template <auto member>
Complaint flag(Config& config, const Value& value) {
  return set<member>(config, value.boolean(), [](bool written) { return Read<bool>(written); });
}

template <const auto& choices, auto member>
Complaint choice(Config& config, const Value& value) {
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
Complaint whole(Config& config, const Value& value) {
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
Complaint seconds(Config& config, const Value& value) {
  const auto parse = [](double written) -> Read<milliseconds> {
    const bool within = written >= min && written <= max;  // false for NaN
    if (!within) return std::unexpected(fmt::format("must be between {} and {} seconds", min, max));
    return milliseconds(std::llround(written * 1000));
  };
  return set<member>(config, value.number(), parse);
}

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

// clang-format off
constexpr auto kKeys = std::to_array<Key>({
  {"server.listen", text<parse_listen, [](Config& c) { return std::tie(c.server.address, c.server.port); }>},
  {"server.public_url", text_or_empty<parse_public_url, [](Config& c) -> auto& { return c.server.public_url; }>},
  {"server.threads", whole<0, 256, [](Config& c) -> auto& { return c.server.threads; }>},
  {"server.max_connections",
   whole<1, 1'000'000, [](Config& c) -> auto& { return c.server.max_connections; }>},
  {"server.max_body_bytes", whole<1, kGiB, [](Config& c) -> auto& { return c.server.max_body_bytes; }>},
  {"server.request_timeout_seconds",
   seconds<kInstant, kHour, [](Config& c) -> auto& { return c.server.request_timeout; }>},
  {"server.idle_timeout_seconds",
   seconds<kInstant, kDay, [](Config& c) -> auto& { return c.server.idle_timeout; }>},
  {"server.tls.certificate", text<parse_line, [](Config& c) -> auto& { return c.server.tls.certificate; }>},
  {"server.tls.key", text<parse_line, [](Config& c) -> auto& { return c.server.tls.key; }>},
  {"server.tls.client_ca", text<parse_line, [](Config& c) -> auto& { return c.server.tls.client_ca; }>},
  {"server.trusted_proxies", list<parse_networks, [](Config& c) -> auto& { return c.server.trusted_proxies; }>},
  {"server.cors_origins", list<parse_page_origins, [](Config& c) -> auto& { return c.server.cors_origins; }>},

  {"auth.api_keys", list<parse_api_keys, [](Config& c) -> auto& { return c.auth.api_keys; }>},
  {"auth.api_keys_file", text<parse_line, [](Config& c) -> auto& { return c.auth.api_keys_file; }>},
  {"auth.wrong_keys_per_minute",
   whole<0, 1'000'000, [](Config& c) -> auto& { return c.auth.wrong_keys_per_minute; }>},

  {"data.dir", text<parse_not_empty, [](Config& c) -> auto& { return c.data.dir; }>},

  {"engine.kind", choice<kEngines, [](Config& c) -> auto& { return c.engine.kind; }>},
  {"engine.endpoints", list<parse_endpoints, [](Config& c) -> auto& { return c.engine.endpoints; }>},
  {"engine.user", text<parse_not_empty, [](Config& c) -> auto& { return c.engine.user; }>},
  {"engine.password", text<parse_secret, [](Config& c) -> auto& { return c.engine.password; }>},
  {"engine.password_file", text<parse_line, [](Config& c) -> auto& { return c.engine.password_file; }>},
  {"engine.cluster", text<parse_cluster, [](Config&) -> auto& { return std::ignore; }>},
  {"engine.library", text<parse_line, [](Config& c) -> auto& { return c.engine.library; }>},
  {"engine.connections", whole<1, 256, [](Config& c) -> auto& { return c.engine.connections; }>},
  {"engine.max_waiting", whole<1, 1'000'000, [](Config& c) -> auto& { return c.engine.max_waiting; }>},
  {"engine.timeout_seconds", seconds<kInstant, kHour, [](Config& c) -> auto& { return c.engine.timeout; }>},
  {"engine.max_memory_bytes",
   whole<kLeastEngineMemory, kPiB, [](Config& c) -> auto& { return c.engine.max_memory_bytes; }>},
  {"engine.fsync", flag<[](Config& c) -> auto& { return c.engine.fsync; }>},
  {"engine.ca_file", text<parse_line, [](Config& c) -> auto& { return c.engine.ca_file; }>},

  {"files.kind", choice<kFileStores, [](Config& c) -> auto& { return c.files.kind; }>},
  {"files.s3_endpoint", text_or_empty<parse_origin, [](Config& c) -> auto& { return c.files.s3_endpoint; }>},
  {"files.s3_public_endpoint",
   text_or_empty<parse_origin, [](Config& c) -> auto& { return c.files.s3_public_endpoint; }>},
  {"files.s3_bucket", text_or_empty<parse_bucket, [](Config& c) -> auto& { return c.files.s3_bucket; }>},
  {"files.s3_region", text<parse_region, [](Config& c) -> auto& { return c.files.s3_region; }>},
  {"files.s3_path_style", flag<[](Config& c) -> auto& { return c.files.s3_path_style; }>},
  {"files.timeout_seconds", seconds<kInstant, kHour, [](Config& c) -> auto& { return c.files.timeout; }>},
  {"files.url_seconds", whole<1, 7 * kSecondsOfDay, [](Config& c) -> auto& { return c.files.url_time; }>},
  {"files.upload_seconds", whole<1, kSecondsOfDay, [](Config& c) -> auto& { return c.files.upload_time; }>},
  {"files.max_bytes", whole<1, kPiB, [](Config& c) -> auto& { return c.files.max_bytes; }>},
  {"files.min_free_bytes", whole<0, kPiB, [](Config& c) -> auto& { return c.files.min_free_bytes; }>},

  {"tenants.creating_timeout_seconds",
   seconds<kInstant, kDay, [](Config& c) -> auto& { return c.tenants.creating_timeout; }>},
  {"tenants.sweep_interval_seconds",
   seconds<kInstant, kDay, [](Config& c) -> auto& { return c.tenants.sweep_interval; }>},
  {"tenants.cache_seconds", seconds<0.0, kMaxCache, [](Config& c) -> auto& { return c.tenants.cache_time; }>},

  {"retention.days", whole<0, 36'500, [](Config& c) -> auto& { return c.retention.days; }>},
  {"retention.interval_seconds", seconds<0.1, kDay, [](Config& c) -> auto& { return c.retention.interval; }>},

  {"quotas.events_per_second",
   whole<0, kMaxQuota, [](Config& c) -> auto& { return c.quotas.events_per_second; }>},
  {"quotas.bytes_per_day", whole<0, kMaxQuota, [](Config& c) -> auto& { return c.quotas.bytes_per_day; }>},
  {"quotas.stored_bytes", whole<0, kMaxQuota, [](Config& c) -> auto& { return c.quotas.stored_bytes; }>},
  {"quotas.requests_per_second",
   whole<0, kMaxQuota, [](Config& c) -> auto& { return c.quotas.requests_per_second; }>},
  {"quotas.measure_seconds", seconds<0.1, kHour, [](Config& c) -> auto& { return c.quotas.measure_interval; }>},

  {"event_bridge.tenant_field",
   text<parse_tenant_field, [](Config& c) -> auto& { return c.event_bridge.tenant_field; }>},

  {"events.max_waiting_bytes",
   whole<kMiB, kPiB, [](Config& c) -> auto& { return c.events.max_waiting_bytes; }>},
  {"events.max_waiting_bytes_per_tenant",
   whole<kMiB, kPiB, [](Config& c) -> auto& { return c.events.max_waiting_bytes_per_tenant; }>},
  {"events.max_receiving_bytes",
   whole<kMiB, kPiB, [](Config& c) -> auto& { return c.events.max_receiving_bytes; }>},
  {"events.max_known_bytes", whole<0, kPiB, [](Config& c) -> auto& { return c.events.max_known_bytes; }>},
  {"events.commits", whole<1, 256, [](Config& c) -> auto& { return c.events.commits; }>},
  {"events.retry_seconds", seconds<0.0, kHour, [](Config& c) -> auto& { return c.events.retry_time; }>},

  {"journal.max_bytes", whole<4 * kMiB, kPiB, [](Config& c) -> auto& { return c.journal.max_bytes; }>},

  {"history.timeout_seconds", seconds<kInstant, kHour, [](Config& c) -> auto& { return c.history.timeout; }>},
  {"history.max_memory_bytes",
   whole<64 * kMiB, kPiB, [](Config& c) -> auto& { return c.history.max_memory_bytes; }>},

  {"audit.retention_days",
   whole<0, 36'500, [](Config& c) -> auto& { return c.audit.retention_days; }>},
  {"audit.required", flag<[](Config& c) -> auto& { return c.audit.required; }>},
  {"audit.refusal_window_seconds",
   seconds<kInstant, kHour, [](Config& c) -> auto& { return c.audit.refusal_window; }>},

  {"log.level", choice<kLevels, [](Config& c) -> auto& { return c.log.level; }>},
});
// clang-format on

}  // namespace

std::span<const Key> keys() {
  return kKeys;
}

std::string environment_name(std::string_view key) {
  std::string name = "ANNALS_";
  for (const char c : key) {
    name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

}  // namespace annals::config
