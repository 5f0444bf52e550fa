#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

#include "aws/sigv4.h"
#include "aws/source.h"

namespace annals::files {

/// Names a bucket and says how to reach it.
struct S3Settings {
  std::string endpoint = {};         // http(s)://host[:port]; empty: AWS's own for the region
  std::string public_endpoint = {};  // in presigned URLs; empty: the same
  std::string bucket;
  std::string region = "us-east-1";
  bool path_style = false;  // the bucket in the path; else in the host name, where a certificate can cover it
  aws::Source credentials;
  std::chrono::milliseconds timeout{20'000};  // of one call with its retries
  std::string ca_file = {};                   // certificates to trust besides the system's
};

/// The address of a bucket.
class S3Address {
 public:
  /// Throws std::invalid_argument if the endpoint is not `http(s)://host[:port]` or the bucket name is empty.
  explicit S3Address(const S3Settings& settings);

  /// Returns a request for an object, or for the bucket itself if `key` is empty.
  [[nodiscard]] aws::UnsignedRequest request(std::string method, std::string_view key,
                                             aws::QueryParameters query = {}) const;

  /// Returns `https://host`, with the port unless it is the scheme's own. The bucket is part of the host
  /// unless it is in the path.
  [[nodiscard]] std::string origin() const { return scheme_ + "://" + host_; }

 private:
  std::string scheme_;
  std::string host_;
  std::string root_;  // path of the bucket, with a slash at its end
};

}  // namespace annals::files
