#include "surroundings.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "text/url.h"

namespace annals {
namespace {

boost::asio::awaitable<void> reload(std::shared_ptr<http::TlsContexts> certificates) {
  certificates->reload_if_changed();
  co_return;
}

/// Returns where the path of a URL begins; npos if it has none.
std::size_t begin_of_path(std::string_view url) {
  return url.empty() ? std::string_view::npos : url.find('/', url.find("://") + 3);
}

/// Returns the path of a URL without a slash at its end.
std::string path_of(std::string_view url) {
  const auto path = begin_of_path(url);
  return path == std::string_view::npos ? std::string() : std::string(url.substr(path));
}

/// Returns the port that a URL leads to.
std::uint16_t port_of(const boost::urls::url& url) {
  constexpr std::uint16_t kHttp = 80;
  constexpr std::uint16_t kHttps = 443;
  if (url.has_port()) return url.port_number();
  return url.scheme_id() == boost::urls::scheme::https ? kHttps : kHttp;
}

}  // namespace

std::shared_ptr<http::TlsContexts> load_certificates(const config::Config& config) {
  const auto& tls = config.server.tls;
  if (tls.certificate.empty()) return nullptr;
  return std::make_shared<http::TlsContexts>(
      http::TlsFiles{.certificate = tls.certificate, .key = tls.key, .client_ca = tls.client_ca});
}

http::ServerSurroundings surroundings(const config::Config& config,
                                      const std::shared_ptr<http::TlsContexts>& certificates,
                                      const ops::Tracer& tracer) {
  const auto known_as = text::parse_url(config.server.public_url);
  return {.tls = certificates,
          .cross_origins = config.server.cors_origins,
          .trusted_proxies = config.server.trusted_proxies,
          .public_path = path_of(config.server.public_url),
          .tracer = &tracer,
          .known_as = known_as ? std::string(known_as->encoded_host_address()) : std::string(),
          .known_port = known_as ? port_of(*known_as) : std::uint16_t{0},
          .logged_requests = config.log.requests};
}

std::string file_origin(const config::Config& config, const files::FileStore& files) {
  std::string elsewhere = files.link_origin();
  if (!elsewhere.empty()) return elsewhere;
  // A page may be loaded by another name than that in the links.
  const std::string& url = config.server.public_url;
  return url.substr(0, begin_of_path(url));
}

upkeep::Round backups_round(backup::Jobs& jobs) {
  constexpr std::chrono::milliseconds kInterval{200};  // until a job that was asked for begins
  return {.name = "backups", .interval = kInterval, .run = [&jobs](const std::stop_token& stop) {
            return jobs.run(stop);
          }};
}

upkeep::Round backup_use_round(backup::Jobs& jobs) {
  return {.name = "backup_use",
          .interval = backup::kUseTtl / 10,
          .run = [&jobs](const std::stop_token& /*stop*/) { return jobs.renew_use(); }};
}

upkeep::Round certificates_round(std::shared_ptr<http::TlsContexts> certificates) {
  constexpr std::chrono::seconds kInterval{2};
  return {.name = "certificates",
          .interval = kInterval,
          .run = [certificates = std::move(certificates)](const std::stop_token& /*stop*/) {
            return reload(certificates);
          }};
}

}  // namespace annals
