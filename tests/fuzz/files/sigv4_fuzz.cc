// Properties: a presigned link and a signed request pass a verification that reads them as a server does,
// written from "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API Reference; and
// Boost.URL finds in the link the path and the parameters that were to be signed.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/url/parse.hpp>

#include "aws/sigv4.h"
#include "fuzz/fuzzing.h"

namespace annals::aws {
namespace {

using fuzzing::require;
using fuzzing::require_same;

constexpr std::string_view kHost = "bucket.s3.example:9000";
constexpr std::string_view kKeyId = "AKIAIOSFODNN7EXAMPLE";
constexpr std::string_view kSecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr std::array<const char*, 5> kHeaderNames{"Content-Type", "X-Amz-Meta-Name", "Content-Length",
                                                  "If-None-Match", "x-amz-checksum-sha256"};
constexpr std::array<const char*, 4> kMethods{"GET", "PUT", "HEAD", "DELETE"};
using Parameters = std::vector<std::pair<std::string, std::string>>;  // as they stand in the URL

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, 32> hash{};
  EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, 32> hash{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data(), nullptr);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (bool more = true; more;) {
    const auto end = text.find(separator);
    more = end != std::string_view::npos;
    parts.emplace_back(text.substr(0, end));
    if (more) text.remove_prefix(end + 1);
  }
  return parts;
}

// What a server sees of a request.
struct Seen {
  std::string method;
  std::string path;  // as it stands in the URL
  Parameters query;
  std::multimap<std::string, std::string> headers;  // names in lower case
};

std::string trimmed(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\t';
    if (!is_blank) result += c;
    if (is_blank && !result.empty() && result.back() != ' ') result += ' ';
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

// Returns the signature of the request, by the names of signed headers and the scope that it states itself.
std::string signature_of(const Seen& seen, const std::string& signed_headers, const std::string& payload,
                         const std::string& time, const std::string& scope) {
  Parameters query = seen.query;
  std::erase_if(query, [](const auto& one) { return one.first == "X-Amz-Signature"; });
  std::ranges::sort(query);
  std::string canonical = seen.method + "\n" + seen.path + "\n";
  for (std::size_t i = 0; i < query.size(); ++i) {
    canonical.append(i == 0 ? "" : "&").append(query[i].first).append("=").append(query[i].second);
  }
  canonical += "\n";
  for (const std::string& name : split(signed_headers, ';')) {
    const auto header = seen.headers.find(name);
    require(header != seen.headers.end(), "a header that is signed to be sent");
    canonical.append(name).append(":").append(trimmed(header->second)).append("\n");
  }
  canonical.append("\n").append(signed_headers).append("\n").append(payload);
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hex(sha256(canonical));
  std::string key = "AWS4" + std::string(kSecretKey);
  for (const std::string& part : split(scope, '/')) key = hmac(key, part);
  return hex(hmac(key, to_sign));
}

Seen seen_of(const std::string& method, const std::string& url, const io::HttpHeaders& headers) {
  const std::string origin = "https://" + std::string(kHost);
  require(url.starts_with(origin + "/"), "a URL of the host");
  const auto end = std::min(url.find('?'), url.size());
  Seen seen{
      .method = method, .path = url.substr(origin.size(), end - origin.size()), .query = {}, .headers = {}};
  if (end < url.size()) {
    for (const std::string& part : split(std::string_view(url).substr(end + 1), '&')) {
      const auto equals = part.find('=');
      require(equals != std::string::npos, "a parameter with a value");
      seen.query.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    }
  }
  seen.headers.emplace("host", kHost);
  for (const auto& [name, value] : headers) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    seen.headers.emplace(lower, value);
  }
  return seen;
}

std::string unescaped(const std::string& text) {
  return boost::urls::make_pct_string_view(text)->decode();
}

std::string parameter(const Seen& seen, std::string_view name) {
  const auto found = std::ranges::find(seen.query, name, [](const auto& one) { return one.first; });
  require(found != seen.query.end(), "the parameters of a signature");
  return unescaped(found->second);
}

// Returns the scope out of `<key id>/<scope>`.
std::string scope_in(const std::string& credential) {
  require(credential.starts_with(std::string(kKeyId) + "/"), "the id of the key");
  return credential.substr(kKeyId.size() + 1);
}

void check_url(const std::string& url, const UnsignedRequest& request) {
  const auto parsed = boost::urls::parse_uri(url);
  require(parsed.has_value(), "a URL");
  require_same(parsed->encoded_path().decode(), request.path, "the path");
  std::multimap<std::string, std::string> found;
  for (const auto& one : parsed->encoded_params()) found.emplace(one.key.decode(), one.value.decode());
  for (const auto& [name, value] : request.query) {
    const auto [begin, end] = found.equal_range(name);
    require(std::any_of(begin, end, [&](const auto& one) { return one.second == value; }), "every parameter");
  }
}

void check_link(const SigV4& signer, const UnsignedRequest& request, std::int64_t expires, SigV4::Time now) {
  const std::string url = signer.presign(request, std::chrono::seconds(expires), now);
  const Seen seen = seen_of(request.method, url, request.headers);
  require_same(parameter(seen, "X-Amz-Expires"), std::to_string(expires), "how long the link is valid");
  require_same(parameter(seen, "X-Amz-Signature"),
               signature_of(seen, parameter(seen, "X-Amz-SignedHeaders"), "UNSIGNED-PAYLOAD",
                            parameter(seen, "X-Amz-Date"), scope_in(parameter(seen, "X-Amz-Credential"))),
               "the signature of the link");
  check_url(url, request);
}

std::string between(const std::string& text, std::string_view begin, std::string_view end) {
  const auto from = text.find(begin);
  require(from != std::string::npos, "the parts of an Authorization header");
  const auto start = from + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

void check_request(const SigV4& signer, const UnsignedRequest& request, const std::string& body,
                   SigV4::Time now) {
  const SignedRequest result = signer.sign(request, body, now);
  const Seen seen = seen_of(request.method, result.url, result.headers);
  const auto header = [&seen](const char* name) {
    require(seen.headers.count(name) == 1, "one header of each that a signature adds");
    return seen.headers.find(name)->second;
  };
  require_same(header("x-amz-content-sha256"), hex(sha256(body)), "the hash of the body");
  const std::string authorization = header("authorization");
  require_same(
      between(authorization, "Signature=", ","),
      signature_of(seen, between(authorization, "SignedHeaders=", ","), header("x-amz-content-sha256"),
                   header("x-amz-date"), scope_in(between(authorization, "Credential=", ","))),
      "the signature of the request");
  check_url(result.url, request);
}

UnsignedRequest request_in(FuzzedDataProvider& input) {
  constexpr std::size_t kLongest = 40;
  constexpr std::size_t kMostParameters = 4;
  UnsignedRequest request{.method = input.PickValueInArray(kMethods), .host = std::string(kHost)};
  for (const char* const name : kHeaderNames) {
    if (!input.ConsumeBool()) continue;
    std::string value = input.ConsumeRandomLengthString(kLongest);
    std::erase_if(value, [](char c) { return c == '\n' || c == '\r' || c == '\0'; });
    request.headers.emplace_back(name, value);
  }
  request.path += input.ConsumeRandomLengthString(kLongest);
  const auto parameters = input.ConsumeIntegralInRange<std::size_t>(0, kMostParameters);
  for (std::size_t i = 0; i < parameters; ++i) {
    std::string name = input.ConsumeRandomLengthString(kLongest);
    if (!name.starts_with("X-Amz-"))
      request.query.emplace_back(name, input.ConsumeRandomLengthString(kLongest));
  }
  return request;
}

void check(FuzzedDataProvider& input) {
  Credentials credentials{.access_key_id = std::string(kKeyId),
                          .secret_access_key = crypto::Secret(std::string(kSecretKey))};
  if (input.ConsumeBool()) credentials.session_token.emplace("the token/+=");
  const SigV4 signer(credentials, input.ConsumeBool() ? "us-east-1" : "eu-central-1");
  const auto expires = input.ConsumeIntegralInRange<std::int64_t>(1, SigV4::kMaxExpiry.count());
  const SigV4::Time now{std::chrono::seconds(input.ConsumeIntegralInRange<std::int64_t>(0, 4'102'444'800))};
  const UnsignedRequest request = request_in(input);
  check_link(signer, request, expires, now);
  check_request(signer, request, input.ConsumeRemainingBytesAsString(), now);
}

}  // namespace
}  // namespace annals::aws

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  annals::aws::check(input);
  return 0;
}
