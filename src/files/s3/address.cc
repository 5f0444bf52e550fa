#include "files/s3/address.h"

#include <fmt/format.h>

#include "aws/region.h"
#include "text/url.h"

namespace annals::files {
namespace {

struct Endpoint {
  std::string scheme;
  std::string host;  // as in the Host header, without the default port of the scheme
};

Endpoint parse_endpoint(const std::string& text) {
  const auto parsed = text::parse_url(text);
  const bool known_scheme = parsed && (parsed->scheme_id() == boost::urls::scheme::http ||
                                       parsed->scheme_id() == boost::urls::scheme::https);
  const bool only_authority = parsed && (parsed->encoded_path().empty() || parsed->encoded_path() == "/") &&
                              !parsed->has_query() && !parsed->has_fragment() && !parsed->has_userinfo();
  if (!known_scheme || !only_authority || parsed->encoded_host().empty()) {
    throw std::invalid_argument(fmt::format("the S3 endpoint must be http(s)://host[:port], not '{}'", text));
  }
  const bool secure = parsed->scheme_id() == boost::urls::scheme::https;
  Endpoint endpoint{.scheme = secure ? "https" : "http", .host = std::string(parsed->encoded_host())};
  const std::string port(parsed->port());
  if (!port.empty() && port != (secure ? "443" : "80")) endpoint.host += ":" + port;
  return endpoint;
}

std::string endpoint_of(const S3Settings& settings) {
  if (!settings.endpoint.empty()) return settings.endpoint;
  return fmt::format("https://s3.{}.{}", settings.region, aws::domain_of(settings.region));
}

/// Returns whether the bucket must be named in the path. A certificate for `*.s3.…` does not cover a bucket
/// whose name has dots.
bool needs_path_style(const S3Settings& settings, const Endpoint& endpoint) {
  return settings.path_style || (endpoint.scheme == "https" && settings.bucket.contains('.'));
}

}  // namespace

S3Address::S3Address(const S3Settings& settings) {
  if (settings.bucket.empty()) throw std::invalid_argument("the name of the S3 bucket is empty");
  Endpoint endpoint = parse_endpoint(endpoint_of(settings));
  const bool in_path = needs_path_style(settings, endpoint);
  host_ = in_path ? endpoint.host : fmt::format("{}.{}", settings.bucket, endpoint.host);
  root_ = in_path ? fmt::format("/{}/", settings.bucket) : "/";
  scheme_ = std::move(endpoint.scheme);
}

aws::UnsignedRequest S3Address::request(std::string method, std::string_view key,
                                        aws::QueryParameters query) const {
  std::string path = root_ + std::string(key);
  // The bucket itself is `/bucket`; `/bucket/` is the same to AWS, but not to every gateway.
  if (key.empty() && path.size() > 1) path.pop_back();
  return {.method = std::move(method),
          .scheme = scheme_,
          .host = host_,
          .path = std::move(path),
          .query = std::move(query)};
}

}  // namespace annals::files
