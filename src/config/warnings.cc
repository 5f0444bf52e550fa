#include "config/warnings.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

#include "crypto/server_certificate.h"
#include "io/durable_file.h"
#include "text/time.h"
#include "text/url.h"

namespace annals::config {
namespace {

using boost::asio::ip::make_address;

// A renewal that is automatic comes earlier.
constexpr auto kExpiresSoon = std::chrono::days(14);

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  boost::system::error_code no_address;
  const auto address = make_address(std::string(host), no_address);
  return !no_address && address.is_loopback();
}

/// Returns whether what is sent to that origin crosses a network in plain text.
bool is_open(const std::string& origin) {
  const auto url = text::parse_url(origin);
  return url && url->scheme_id() == boost::urls::scheme::http && !is_loopback(url->encoded_host_address());
}

void add_tls_warnings(const Config& config, std::vector<std::string>& result) {
  const auto& tls = config.server.tls;
  const auto now = std::chrono::system_clock::now();
  const auto certificate = crypto::check_server_certificate(io::read_if_there(tls.certificate), std::nullopt);
  const auto life = certificate.ends - certificate.begins;
  if (certificate.ends < now) {
    result.push_back(fmt::format("server.tls.certificate has expired on {}: clients refuse it",
                                 text::format_time(certificate.ends)));
  } else if (certificate.ends < now + std::min<std::chrono::seconds>(kExpiresSoon, life / 4)) {
    result.push_back(
        fmt::format("server.tls.certificate expires on {}; replace its files, which needs no restart",
                    text::format_time(certificate.ends)));
  }
  if (certificate.begins > now) {
    result.push_back(fmt::format("server.tls.certificate is valid from {} on: clients refuse it until then",
                                 text::format_time(certificate.begins)));
  }
  struct stat status = {};
  if (::stat(tls.key.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0) {
    result.push_back(
        fmt::format("every user of this machine can read {}; run chmod 600 on it and, if somebody may have, "
                    "replace the key and its certificate",
                    tls.key));
  }
}

void add_listen_warnings(const Config& config, std::vector<std::string>& result) {
  const auto& server = config.server;
  boost::system::error_code no_address;
  const auto address = make_address(server.address, no_address);
  const bool has_tls = !server.tls.certificate.empty();
  if (!no_address && address.is_unspecified() && server.public_url.empty()) {
    result.push_back(
        fmt::format("generated URLs begin with {}://{}, which leads nowhere; set server.public_url to what "
                    "clients reach this service by",
                    has_tls ? "https" : "http", address.is_v6() ? "[::]" : "0.0.0.0"));
  }
  if (!no_address && !address.is_loopback() && !has_tls) {
    result.emplace_back(
        "server.listen is reachable from other machines, and Annals speaks HTTP without TLS: keys and events "
        "cross the network in plain text unless a proxy in front of it encrypts them; server.tls.certificate "
        "turns TLS on");
  }
  if (has_tls) add_tls_warnings(config, result);
}

}  // namespace

std::vector<std::string> warnings(const Config& config) {
  std::vector<std::string> result;
  add_listen_warnings(config, result);
  if (config.server.public_url.starts_with("http:") && is_open(config.server.public_url)) {
    result.emplace_back("server.public_url is http: files cross the network in plain text");
  }
  for (const std::string& endpoint : config.engine.endpoints) {
    if (!is_open(endpoint)) continue;
    result.push_back(fmt::format("engine.endpoints is http: {}events cross the network in plain text",
                                 config.engine.password.reveal().empty() ? "" : "engine.password and "));
  }
  if (is_open(config.files.s3_endpoint)) {
    result.emplace_back("files.s3_endpoint is http: files cross the network in plain text");
  }
  if (is_open(config.files.s3_public_endpoint)) {
    result.emplace_back("files.s3_public_endpoint is http: files cross the network in plain text");
  }
  if (is_open(config.backup.s3_endpoint)) {
    result.emplace_back("backup.s3_endpoint is http: whole backups cross the network in plain text");
  }
  if (is_open(config.tracing.endpoint) && !config.tracing.headers.empty()) {
    result.emplace_back("tracing.endpoint is http: tracing.headers cross the network in plain text");
  }
  for (const std::string& file : config.public_secret_files) {
    result.push_back(
        fmt::format("every user of this machine can read the secrets in {}; chmod 600 {}", file, file));
  }
  return result;
}

}  // namespace annals::config
