#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/machine_memory.h"
#include "crypto/secret.h"

namespace annals::config {

enum class EngineKind : std::uint8_t { embedded, remote };
enum class FilesKind : std::uint8_t { local, s3 };
/// The samplers of OpenTelemetry; `by_parent` means that who has a parent is sampled as the parent is.
enum class TraceSampler : std::uint8_t {
  always_on,
  always_off,
  ratio,
  by_parent_always_on,
  by_parent_always_off,
  by_parent_ratio,
};

/// Holds all settings, checked. docs/operations.md lists their keys.
struct Config {
  struct {
    std::string address = "127.0.0.1";  // server.listen before the colon, without brackets
    std::uint16_t port = 8080;          // server.listen after the colon; 0: any free port
    std::string public_url;             // without a slash at its end; empty: http(s)://<listen>
    std::uint32_t threads = 0;          // I/O threads; 0: one per core
    std::uint32_t max_connections = 1024;
    std::uint64_t max_body_bytes = std::uint64_t{1} << 20U;
    std::chrono::milliseconds request_timeout{30'000};  // for a request's body to arrive
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds drain_delay{0};  // between the signal to stop and the end of accepting
    struct {
      std::string certificate;  // a file, as the others; empty: HTTP without TLS
      std::string key;
      std::string client_ca;  // empty: clients need no certificate
    } tls;
    std::vector<std::string> trusted_proxies;  // addresses and networks whose X-Forwarded-For is read
    std::vector<std::string> cors_origins;     // of the pages that may read answers; `*`: all
  } server;
  struct {
    std::vector<crypto::Secret> api_keys;  // empty: the first start generates one and stores it in data.dir
    std::uint32_t wrong_keys_per_minute = 600;  // from one address; 0: any number
    std::string api_keys_file;  // what `api_keys` was read from; empty: they were given themselves
  } auth;
  struct {
    std::filesystem::path dir = "data";
  } data;
  struct {
    EngineKind kind = EngineKind::embedded;
    std::vector<std::string> endpoints;  // remote: exactly one
    std::string user = "default";
    crypto::Secret password{""};
    std::string password_file;                  // what `password` was read from; empty: it was given itself
    std::string library;                        // embedded: path of libchdb.so; empty: that of the build
    std::uint32_t connections = 8;              // statements that run at a time
    std::uint32_t max_waiting = 1024;           // statements that wait for a connection
    std::chrono::milliseconds timeout{30'000};  // of one statement
    // Embedded: all statements and loaded tables together.
    std::uint64_t max_memory_bytes = memory_of_engine();
    bool fsync = true;    // embedded: an acknowledged write is on the disk, not only in the system's cache
    std::string ca_file;  // remote: certificates to trust besides the system's
  } engine;
  struct {
    FilesKind kind = FilesKind::local;
    std::string s3_endpoint;         // empty: AWS's own for the region
    std::string s3_public_endpoint;  // in URLs for clients; empty: the same
    std::string s3_bucket;
    std::optional<std::string> s3_region;       // nullopt: that of the AWS tools, else us-east-1
    bool s3_path_style = false;                 // default: true with an endpoint
    std::chrono::milliseconds timeout{20'000};  // of one exchange with S3
    std::chrono::seconds url_time{900};         // how long an upload or download URL is valid
    std::chrono::seconds upload_time{3'600};    // how long an upload may continue after its URL has expired
    std::uint64_t max_bytes = std::uint64_t{1} << 30U;         // local: of one file
    std::uint64_t min_free_bytes = std::uint64_t{512} << 20U;  // local: of the disk; fewer: no uploads
  } files;
  struct {
    std::filesystem::path directory;  // empty: none. One of it and s3_bucket may be set
    std::string s3_endpoint;          // empty: AWS's own for the region
    std::string s3_bucket;
    std::optional<std::string> s3_region;  // nullopt: that of the AWS tools, else us-east-1
    bool s3_path_style = false;            // default: true with an endpoint
    std::string s3_prefix = "annals-backup/";
  } backup;
  struct {
    // A tenant that has been `creating` for longer was abandoned by a crash.
    std::chrono::milliseconds creating_timeout{60'000};
    // Between two searches for abandoned and half-deleted tenants.
    std::chrono::milliseconds sweep_interval{10'000};
    std::chrono::milliseconds cache_time{1'000};  // remote: how long another instance's change may go unseen
  } tenants;
  struct {
    std::uint32_t days = 0;                          // of tenants without a value of their own; 0: for ever
    std::chrono::milliseconds interval{43'200'000};  // between two runs for one tenant
  } retention;
  struct {  // of tenants without values of their own; 0: no limit
    std::uint64_t events_per_second = 0;
    std::uint64_t bytes_per_day = 0;
    std::uint64_t stored_bytes = 0;
    std::uint64_t requests_per_second = 0;
    std::chrono::milliseconds measure_interval{60'000};  // at which usage is stored and measured
  } quotas;
  struct {
    std::string tenant_field = "source";  // source, account, detail-type or detail.<key>
  } event_bridge;
  struct {
    std::uint64_t max_waiting_bytes = std::uint64_t{512} << 20U;  // events to be written, over all tenants
    std::uint64_t max_waiting_bytes_per_tenant = std::uint64_t{128} << 20U;  // of one tenant
    std::uint64_t max_receiving_bytes = std::uint64_t{256} << 20U;  // bodies of requests that are arriving
    // Embedded: memory for the known ids.
    std::uint64_t max_known_bytes = memory_of_known_ids(memory_of_engine());
    std::uint32_t commits = 4;                     // in flight, over all tenants
    std::chrono::milliseconds retry_time{20'000};  // how long an insert without an answer is retried
  } events;
  struct {
    // Embedded: events that are acknowledged and not in their tables yet, over all tenants.
    std::uint64_t max_bytes = std::uint64_t{256} << 20U;
  } journal;
  struct {
    std::chrono::milliseconds timeout{30'000};                 // of one query
    std::uint64_t max_memory_bytes = std::uint64_t{1} << 30U;  // of one query
  } history;
  struct {
    std::uint32_t retention_days = 400;  // of the records of the audit trail; 0: for ever
    bool required = true;                // whether nothing is changed that cannot be put on record
    std::chrono::milliseconds refusal_window{60'000};  // in which equal refusals are one record
  } audit;
  struct {
    std::string level = "info";   // debug, info, warning, error
    std::string format = "auto";  // auto: text on a terminal, else json
    double requests = 1;          // the share of requests that get a line; 0: none
  } log;
  struct {
    std::string address;     // metrics.listen before the colon; empty: no listener of their own
    std::uint16_t port = 0;  // metrics.listen after the colon
    bool is_public = false;  // whether GET /metrics needs no key
  } metrics;
  struct {
    std::string endpoint;  // where spans are sent to, with its path; empty: nowhere
    std::vector<std::pair<std::string, crypto::Secret>> headers;  // of these requests
    std::string headers_file;  // what `headers` was read from; empty: they were given themselves
    std::string ca_file;       // certificates to trust besides the system's
    std::chrono::milliseconds timeout{10'000};  // of one request
    std::chrono::milliseconds interval{5'000};  // for which spans wait for others
    std::uint32_t max_waiting_spans = 2'048;
    TraceSampler sampler = TraceSampler::by_parent_always_on;
    double sampler_ratio = 1;  // with a sampler by ratio
    std::string service_name;  // empty: that of the attributes, else annals
    std::vector<std::pair<std::string, std::string>> resource_attributes;
  } tracing;
  /// The names of variables that look like ours and were passed over, because Kubernetes makes them.
  std::vector<std::string> foreign_variables;
  /// The files of secrets that every user of the machine can read.
  std::vector<std::string> public_secret_files;
};

/// A mistake: the key as written (`server.listen` or `ANNALS_SERVER_LISTEN`) and what is wrong with it.
struct ConfigMistake {
  std::string key;
  std::string problem;
};

/// Reports all mistakes of a configuration at once.
class InvalidConfig : public std::runtime_error {
 public:
  explicit InvalidConfig(std::vector<ConfigMistake> mistakes);
  [[nodiscard]] const std::vector<ConfigMistake>& mistakes() const noexcept { return mistakes_; }

 private:
  std::vector<ConfigMistake> mistakes_;
};

/// Returns the value of an environment variable, or nullopt if it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
/// The names of all environment variables that begin with ANNALS_, so that a misspelt one is reported.
using EnvironmentNames = std::vector<std::string>;

/// Reads the file, or else the one that ANNALS_CONFIG names, and the ANNALS_* variables, which take
/// precedence. Throws InvalidConfig with every mistake: unknown keys, wrong types, values out of range,
/// settings that lack or exclude each other.
Config load(const std::optional<std::filesystem::path>& file, const Environment& environment,
            const EnvironmentNames& names);

/// Reads the file and the environment of this process.
Config load(const std::optional<std::filesystem::path>& file);

}  // namespace annals::config
