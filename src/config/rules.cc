#include "config/rules.h"

#include <array>
#include <optional>
#include <span>
#include <system_error>

#include <fmt/format.h>

#include "crypto/certificates.h"
#include "crypto/server_certificate.h"
#include "io/durable_file.h"

#include <fmt/format.h>

namespace annals::config {
namespace {

/// A setting that means nothing unless another one has a certain value.
struct Dependent {
  std::string_view key;
  /// Returns whether it is as it would be if it were not given: a documented default is no mistake.
  bool (*is_default)(const Config& config);
};

/// Says that an empty value is the default, which counts as not given anyway.
constexpr auto kNever = [](const Config& /*config*/) { return false; };

constexpr std::array<Dependent, 5> kRemoteOnly = {
    {{"engine.endpoints", kNever},
     {"engine.user", [](const Config& config) { return config.engine.user == Config().engine.user; }},
     {"engine.password", kNever},
     {"engine.password_file", kNever},
     {"engine.ca_file", kNever}}};
constexpr std::array<Dependent, 5> kS3Only = {
    {{"files.s3_endpoint", kNever},
     {"files.s3_public_endpoint", kNever},
     {"files.s3_bucket", kNever},
     {"files.s3_region", [](const Config& config) { return config.files.s3_region == "us-east-1"; }},
     {"files.s3_path_style",
      [](const Config& config) { return config.files.s3_path_style == Config().files.s3_path_style; }}}};

void require(std::string_view key, const std::string& complaint, const GivenKeys& given,
             std::vector<ConfigMistake>& mistakes) {
  if (!given.has(key)) mistakes.push_back({given.written(key), complaint});
}

void exclude(std::span<const Dependent> settings, const std::string& complaint, const Config& config,
             const GivenKeys& given, std::vector<ConfigMistake>& mistakes) {
  for (const auto& [key, is_default] : settings) {
    if (given.has(key) && !is_default(config)) mistakes.push_back({given.written(key), complaint});
  }
}

constexpr std::array<Dependent, 4> kBackupsInS3 = {
    {{"backup.s3_endpoint", kNever},
     {"backup.s3_region", [](const Config& config) { return config.backup.s3_region == "us-east-1"; }},
     {"backup.s3_path_style",
      [](const Config& config) { return config.backup.s3_path_style == Config().backup.s3_path_style; }},
     {"backup.s3_prefix",
      [](const Config& config) { return config.backup.s3_prefix == Config().backup.s3_prefix; }}}};

bool lies_in(const std::filesystem::path& inner, const std::filesystem::path& outer) {
  std::error_code error;
  const auto from = std::filesystem::weakly_canonical(std::filesystem::absolute(outer), error);
  const auto to = std::filesystem::weakly_canonical(std::filesystem::absolute(inner), error);
  const auto relative = to.lexically_relative(from);
  return !relative.empty() && *relative.begin() != "..";
}

void check_backup(const Config& config, const GivenKeys& given, std::vector<ConfigMistake>& mistakes) {
  constexpr std::string_view kDirectory = "backup.directory";
  constexpr std::string_view kBucket = "backup.s3_bucket";
  const auto& directory = config.backup.directory;
  if (given.has(kDirectory) && given.has(kBucket)) {
    mistakes.push_back({given.written(kDirectory), "excludes backup.s3_bucket; remove one of them"});
  }
  if (given.has(kDirectory) && !given.wrong(kDirectory) && lies_in(directory, config.data.dir)) {
    mistakes.push_back(
        {given.written(kDirectory), "lies in data.dir: who loses that would lose the backups with it"});
  }
  if (!given.has(kBucket)) {
    exclude(kBackupsInS3, "is allowed only with backup.s3_bucket; remove it or set the bucket", config, given,
            mistakes);
  }
}

/// Returns what a file holds; nullopt after adding a mistake, or if no file is given.
std::optional<std::string> content_of(std::string_view key, const std::string& file, const GivenKeys& given,
                                      std::vector<ConfigMistake>& mistakes) {
  if (file.empty()) return std::nullopt;
  std::string complaint = "is a file that does not exist";
  try {
    auto content = io::read_if_there(file);
    if (content) return content;
  } catch (const std::system_error& error) {
    complaint = fmt::format("is a file that cannot be read: {}", error.code().message());
  }
  mistakes.push_back({given.written(key), complaint});
  return std::nullopt;
}

/// A file that does not hold what it must would show only once a connection fails.
void check_certificates(std::string_view key, const std::string& file, const GivenKeys& given,
                        std::vector<ConfigMistake>& mistakes) {
  const auto content = content_of(key, file, given, mistakes);
  if (!content || crypto::has_certificate(*content)) return;
  mistakes.push_back({given.written(key), "is a file without a certificate in PEM form"});
}

void check_tls(const Config& config, const GivenKeys& given, std::vector<ConfigMistake>& mistakes) {
  constexpr std::string_view kCertificate = "server.tls.certificate";
  constexpr std::string_view kKey = "server.tls.key";
  constexpr std::string_view kClientCa = "server.tls.client_ca";
  if (given.has(kCertificate)) {
    require(kKey, "is required with server.tls.certificate", given, mistakes);
  } else if (given.has(kKey) || given.has(kClientCa)) {
    require(kCertificate, fmt::format("is required with {}", given.has(kKey) ? kKey : kClientCa), given,
            mistakes);
  }
  const auto& tls = config.server.tls;
  const auto certificate = content_of(kCertificate, tls.certificate, given, mistakes);
  const auto key = content_of(kKey, tls.key, given, mistakes);
  check_certificates(kClientCa, tls.client_ca, given, mistakes);
  const auto add = [&](std::string_view name, const std::string& problem) {
    if (!problem.empty()) mistakes.push_back({given.written(name), problem});
  };
  const auto checked = crypto::check_server_certificate(certificate, key);
  add(kCertificate, checked.certificate_problem);
  add(kKey, checked.key_problem);
}

void check_tracing(const Config& config, const GivenKeys& given, std::vector<ConfigMistake>& mistakes) {
  constexpr std::array<Dependent, 3> kOfEndpoint = {
      {{"tracing.headers", kNever}, {"tracing.headers_file", kNever}, {"tracing.ca_file", kNever}}};
  if (!given.has("tracing.endpoint")) {
    exclude(kOfEndpoint, "is allowed only with tracing.endpoint; remove it or set the endpoint", config,
            given, mistakes);
  }
  check_certificates("tracing.ca_file", config.tracing.ca_file, given, mistakes);
}

}  // namespace

void GivenKeys::add(std::string_view key, std::string written, bool blank) {
  if (blank) {
    written_.erase(std::string(key));
  } else {
    written_.insert_or_assign(std::string(key), std::move(written));
  }
}

std::string GivenKeys::written(std::string_view key) const {
  const auto found = written_.find(key);
  return found == written_.end() ? std::string(key) : found->second;
}

std::vector<ConfigMistake> contradictions(const Config& config, const GivenKeys& given) {
  std::vector<ConfigMistake> mistakes;
  // An invalid kind does not tell which settings belong to it.
  if (!given.wrong("engine.kind")) {
    if (config.engine.kind == EngineKind::remote) {
      require("engine.endpoints", "is required with engine.kind = remote", given, mistakes);
      check_certificates("engine.ca_file", config.engine.ca_file, given, mistakes);
    } else {
      exclude(kRemoteOnly, "is allowed only with engine.kind = remote; remove it or change the kind", config,
              given, mistakes);
    }
  }
  check_tls(config, given, mistakes);
  check_backup(config, given, mistakes);
  check_tracing(config, given, mistakes);
  if (!given.wrong("files.kind")) {
    if (config.files.kind == FilesKind::s3) {
      require("files.s3_bucket", "is required with files.kind = s3", given, mistakes);
    } else {
      exclude(kS3Only, "is allowed only with files.kind = s3; remove it or change the kind", config, given,
              mistakes);
    }
  }
  constexpr std::string_view kOfTenant = "events.max_waiting_bytes_per_tenant";
  constexpr std::string_view kOfAll = "events.max_waiting_bytes";
  if (given.has(kOfTenant) && !given.wrong(kOfTenant) && !given.wrong(kOfAll) &&
      config.events.max_waiting_bytes_per_tenant > config.events.max_waiting_bytes) {
    mistakes.push_back({given.written(kOfTenant), fmt::format("must not exceed {}, which is {}", kOfAll,
                                                              config.events.max_waiting_bytes)});
  }
  return mistakes;
}

}  // namespace annals::config
