#include "files/s3/address.h"

#include <fmt/format.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace annals::files {
namespace {

struct Endpoint {
  std::string scheme;
  std::string host;  // as in the Host header, without the default port of the scheme
};

Endpoint parse_endpoint(const std::string& text) {
  const auto parsed = boost::urls::parse_uri(text);
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

}  // namespace

S3Address::S3Address(const S3Settings& settings) {
  if (settings.bucket.empty()) throw std::invalid_argument("the name of the S3 bucket is empty");
  Endpoint endpoint =
      parse_endpoint(settings.endpoint.empty() ? fmt::format("https://s3.{}.amazonaws.com", settings.region)
                                               : settings.endpoint);
  scheme_ = std::move(endpoint.scheme);
  host_ = settings.path_style ? endpoint.host : fmt::format("{}.{}", settings.bucket, endpoint.host);
  root_ = settings.path_style ? fmt::format("/{}/", settings.bucket) : "/";
}

UnsignedRequest S3Address::request(std::string method, std::string_view key, QueryParameters query) const {
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
