#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "aws/renewal.h"
#include "aws/sigv4.h"
#include "files/file_store.h"
#include "files/s3/address.h"
#include "io/blocking_pool.h"
#include "io/http_client.h"

namespace annals::files {

/// A call to S3. It must be idempotent, as everything that lists or deletes is.
struct S3Call {
  std::string method = "GET";
  std::string key = {};  // empty: the bucket
  aws::QueryParameters query = {};
  std::string body = {};
  io::HttpHeaders headers = {};  // all of them are signed
  bool is_content = false;       // the reply is what an object holds, byte for byte
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
  /// all and within the timeout of the settings. If the credentials are refused as expired or invalid, others
  /// are fetched and the call is repeated once. Throws S3Refused for any other status, UnexpectedReply if a
  /// HEAD, GET or PUT of an object is answered without an ETag, FileStoreError if no reply arrived or there
  /// are no credentials.
  boost::asio::awaitable<std::string> call(S3Call call, int expected_status = 200);

  /// Does the same as call(), and returns the whole reply.
  boost::asio::awaitable<io::HttpResponse> send(S3Call call, int expected_status = 200);

  /// Returns a URL with which its holder can make that call, with these headers and any body; see
  /// aws::SigV4::presign(). It expires earlier if the credentials do. Call renew() before. Does no I/O.
  /// Throws FileStoreError if there are no credentials that are valid at `now`.
  [[nodiscard]] std::string presign(const S3Call& call, io::HttpHeaders headers, std::chrono::seconds expires,
                                    aws::SigV4::Time now) const;

  /// Returns the origin of what presign() returns.
  [[nodiscard]] std::string link_origin() const { return public_address_.origin(); }

  /// Sees to it that presign() has valid credentials, and that they are renewed in time. Waits only if they
  /// expire soon. Throws FileStoreError if there are none.
  boost::asio::awaitable<void> renew();

  /// Returns the credentials that the next call is signed with, to see whether they have changed; perhaps
  /// null.
  [[nodiscard]] aws::Renewal::Snapshot credentials() const { return renewal_.latest(); }

  static constexpr int kAttempts = 3;

 private:
  struct Outcome {
    std::optional<io::HttpResponse> response;
    std::string failure;   // if there is no response
    bool passing = false;  // a retry may succeed
  };
  using Deadline = std::chrono::steady_clock::time_point;

  /// Throws what `send` throws after its last attempt.
  [[noreturn]] static void give_up(const S3Call& call, const Outcome& outcome, int attempts);

  boost::asio::awaitable<aws::Renewal::Snapshot> valid_credentials();
  boost::asio::awaitable<Outcome> attempt(S3Call call, aws::Renewal::Snapshot credentials, Deadline deadline);
  Outcome exchange(io::HttpClient& http, const S3Call& call, const aws::Credentials& credentials,
                   Deadline deadline, const io::HttpHeaders& trace) const;

  const std::chrono::milliseconds timeout_;
  const S3Address address_;
  const S3Address public_address_;  // in presigned URLs
  const std::string region_;
  aws::Renewal renewal_;
  io::BlockingPool<io::HttpClient> pool_;  // last, because its threads use the rest
};

}  // namespace annals::files
