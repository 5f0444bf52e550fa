#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/credentials.h"
#include "io/http_client.h"

namespace annals::aws {

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

/// A request before it is signed. Path and query are plain text. The signer encodes them once, for both the
/// signature and the URL, so that what is sent is what was signed.
struct UnsignedRequest {
  std::string method = "GET";
  std::string scheme = "https";
  std::string host;  // as in the Host header: with the port, unless it is the scheme's default
  std::string path = "/";
  QueryParameters query = {};
  io::HttpHeaders headers = {};  // all of them are signed, besides Host
};

struct SignedRequest {
  std::string url;
  io::HttpHeaders headers;  // the given ones and those that the signature adds, without Host
};

/// Signs requests with AWS Signature Version 4: "Authenticating Requests (AWS Signature Version 4)" in the
/// Amazon S3 API Reference. The path is encoded once, as S3 wants it. Thread-safe.
class SigV4 {
 public:
  using Time = std::chrono::system_clock::time_point;
  static constexpr std::chrono::seconds kMaxExpiry = std::chrono::days(7);

  /// `service` is the name of the service that is called: s3, sts.
  SigV4(Credentials credentials, std::string region, std::string service = "s3");

  /// Signs a request with an Authorization header, which also covers the body.
  [[nodiscard]] SignedRequest sign(UnsignedRequest request, std::string_view body, Time now) const;

  /// Returns a URL that carries its signature and is valid until `expires` after `now`, with any body. Its
  /// user must send `request.headers` as they are here. Throws std::invalid_argument for an expiry outside
  /// one second to kMaxExpiry.
  [[nodiscard]] std::string presign(UnsignedRequest request, std::chrono::seconds expires, Time now) const;

 private:
  [[nodiscard]] std::string signature(std::string_view canonical_request, const std::string& timestamp) const;
  [[nodiscard]] std::string scope(std::string_view day) const;

  Credentials credentials_;
  std::string region_;
  std::string service_;
};

}  // namespace annals::aws
