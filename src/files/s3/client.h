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

/// A call to S3. It must bear repetition, as everything that lists or deletes does.
struct S3Call {
  std::string method = "GET";
  std::string key = {};  // empty: the bucket
  QueryParameters query = {};
  std::string body = {};
};

/// S3 said no.
class S3Refused : public FileStoreError {
 public:
  S3Refused(const std::string& message, int status, std::string code)
      : FileStoreError(message), status_(status), code_(std::move(code)) {}
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const std::string& code() const noexcept { return code_; }  // empty: not S3's error document

 private:
  int status_;
  std::string code_;
};

/// Signed calls to one bucket, on threads of its own. Safe for concurrent use; must outlive its calls.
class S3Client {
 public:
  /// Throws std::invalid_argument for settings that make no address.
  explicit S3Client(const S3Settings& settings);

  /// Makes the call and returns the body of the reply, when its status is `expected_status`. Overload, errors
  /// of the server and broken connections are repeated up to kAttempts times, with growing pauses, while the
  /// time-out of the settings lasts. Throws S3Refused for any other status, FileStoreError when there was no
  /// reply at all.
  boost::asio::awaitable<std::string> call(S3Call call, int expected_status = 200);

  /// The same with the whole reply.
  boost::asio::awaitable<io::HttpResponse> send(S3Call call, int expected_status = 200);

  /// A URL with which whoever has it can make that call; see SigV4::presign. No I/O.
  [[nodiscard]] std::string presign(std::string method, std::string_view key, std::chrono::seconds expires,
                                    SigV4::Time now) const;

  static constexpr int kAttempts = 3;

 private:
  struct Outcome {
    std::optional<io::HttpResponse> response;
    std::string failure;   // when there is no response
    bool passing = false;  // the same call may succeed in a moment
  };
  using Deadline = std::chrono::steady_clock::time_point;

  boost::asio::awaitable<Outcome> attempt(S3Call call, Deadline deadline);
  Outcome exchange(io::HttpClient& http, const S3Call& call, Deadline deadline) const;

  const std::chrono::milliseconds timeout_;
  const S3Address address_;
  const SigV4 signer_;
  io::BlockingPool<io::HttpClient> pool_;  // last: its threads use the rest
};

}  // namespace annals::files
