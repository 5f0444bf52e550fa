#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "aws/credentials.h"
#include "aws/source.h"
#include "io/blocking_pool.h"
#include "io/http_client.h"
#include "io/wake.h"

namespace annals::aws {

/// When credentials are renewed. Those of an hour or more are renewed from 15 minutes before they expire,
/// and waited for from 10 minutes before, as botocore does it; with a shorter life the times are a quarter
/// and a sixth of it, or some seconds, so that nothing is signed with credentials that expire at this moment.
/// A source that gives the same credentials again is so asked at shrinking distances.
struct RenewalTimes {
  using Time = std::chrono::system_clock::time_point;

  Time begin = Time::max();  // from here on they are renewed, and used meanwhile
  Time wait = Time::max();   // from here on their users wait for the new ones
  Time end = Time::max();

  /// Returns the times of credentials that came at `now`.
  static RenewalTimes of(std::optional<Time> expires_at, Time now);
};

/// Keeps the credentials of a source and renews them in time, one fetch at a time, on a thread of its own.
/// Thread-safe. It must outlive every coroutine that waits on it.
class Renewal {
 public:
  using Snapshot = std::shared_ptr<const Credentials>;

  /// `ca_file` names certificates to trust besides the system's, as HttpClient takes it.
  explicit Renewal(Source source, const std::string& ca_file = {});

  /// Returns credentials that have not expired, and begins to renew them if it is time. Waits only if there
  /// are none or they expire soon. If the renewal fails, unexpired ones stay in use. Throws CredentialsError
  /// if there are none.
  boost::asio::awaitable<Snapshot> get();

  /// Fetches others after S3 has refused `used` as expired or invalid. Returns null if the source has no
  /// others, cannot be reached, or was asked less than a second ago.
  boost::asio::awaitable<Snapshot> replace(Snapshot used);

  /// Returns what the latest fetch has brought, without waiting. Throws CredentialsError if there is nothing
  /// or it expires before `now`.
  [[nodiscard]] Snapshot current(std::chrono::system_clock::time_point now) const;

  /// Returns the same, or null; they may have expired.
  [[nodiscard]] Snapshot latest() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// Whether a renewal runs, or does not have to.
  enum class Need : std::uint8_t { none, soon, now };

  [[nodiscard]] Need need() const;          // with the lock
  [[nodiscard]] bool may_begin() const;     // with the lock
  [[noreturn]] void throw_failure() const;  // with the lock
  void begin();                             // without the lock, after `running_` was set
  boost::asio::awaitable<void> wait_for_end();
  void fetch(io::HttpClient* http);
  void end(std::optional<Credentials> brought, std::string failure);
  void keep(Credentials credentials);                         // with the lock
  [[nodiscard]] Clock::duration pause_after_failure() const;  // with the lock

  const Source source_;
  mutable std::mutex mutex_;
  Snapshot current_;
  RenewalTimes times_;
  std::string failure_ = "no credentials were fetched yet";  // of the latest fetch
  Clock::time_point not_before_;                             // when the next fetch may begin
  bool running_ = false;
  std::vector<io::Wake> waiting_;
  io::BlockingPool<io::HttpClient> pool_;  // last, because its thread uses the rest
};

}  // namespace annals::aws
