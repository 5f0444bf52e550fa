#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "files/file_store.h"
#include "files/s3/address.h"
#include "files/s3/sigv4.h"
#include "io/blocking_pool.h"
#include "io/http_client.h"

namespace annals::files {

/// A call to S3. It must be idempotent, as everything that lists or deletes is.
struct S3Call {
  std::string method = "GET";
  std::string key = {};  // empty: the bucket
  QueryParameters query = {};
  std::string body = {};
};

/// Reports that S3 answered with another status than the expected one.
class S3Refused : public FileStoreError {
 public:
  S3Refused(const std::string& message, int status, std::string code)
      : FileStoreError(message), status_(status), code_(std::move(code)) {}
  [[nodiscard]] int status() const noexcept { return status_; }
  /// Returns the code of S3's error document, or an empty text if the reply was none.
  [[nodiscard]] const std::string& code() const noexcept { return code_; }

 private:
  int status_;
  std::string code_;
};

/// Makes signed calls to one bucket, on its own threads. Thread-safe. This object must outlive its calls.
class S3Client {
 public:
  /// Throws std::invalid_argument if the settings make no address; see S3Address.
  explicit S3Client(const S3Settings& settings);

  /// Makes the call and returns the body of the reply if its status is `expected_status`. After overload,
  /// errors of the server and broken connections it retries with growing pauses, up to kAttempts attempts in
  /// all and within the timeout of the settings. Throws S3Refused for any other status, FileStoreError if no
  /// reply arrived.
  boost::asio::awaitable<std::string> call(S3Call call, int expected_status = 200);

  /// Does the same as call(), and returns the whole reply.
  boost::asio::awaitable<io::HttpResponse> send(S3Call call, int expected_status = 200);

  /// Returns a URL with which its holder can make that call; see SigV4::presign(). Does no I/O.
  [[nodiscard]] std::string presign(std::string method, std::string_view key, std::chrono::seconds expires,
                                    SigV4::Time now) const;

  static constexpr int kAttempts = 3;

 private:
  struct Outcome {
    std::optional<io::HttpResponse> response;
    std::string failure;   // if there is no response
    bool passing = false;  // a retry may succeed
  };
  using Deadline = std::chrono::steady_clock::time_point;

  boost::asio::awaitable<Outcome> attempt(S3Call call, Deadline deadline);
  Outcome exchange(io::HttpClient& http, const S3Call& call, Deadline deadline) const;

  const std::chrono::milliseconds timeout_;
  const S3Address address_;
  const SigV4 signer_;
  io::BlockingPool<io::HttpClient> pool_;  // last, because its threads use the rest
};

}  // namespace annals::files
