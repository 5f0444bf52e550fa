#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <list>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "upkeep/round.h"

namespace annals::upkeep {

/// Runs rounds in the background, each at its own interval and independently of the others. Rounds that come
/// before serving run once, one after the other, before any interval begins.
class Upkeep {
 public:
  Upkeep(const boost::asio::any_io_executor& executor, std::vector<Round> rounds);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  /// A Status says what became of the runs of a round.
  struct Status {
    std::string round;
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    std::optional<std::chrono::system_clock::time_point> last_success = {};
  };
  /// Thread-safe.
  [[nodiscard]] std::vector<Status> status() const;

  /// Starts. The future is ready once the rounds that come before serving have run once, whether or not they
  /// succeeded.
  std::future<void> start();

  /// Requests a stop and waits until every run has ended. Returns false if `timeout` passed first. Call it
  /// from a thread that does not run the executor.
  bool stop(std::chrono::milliseconds timeout);

 private:
  struct Loop;

  boost::asio::awaitable<void> begin(std::promise<void> first_runs);
  boost::asio::awaitable<void> repeat(Loop& loop);
  boost::asio::awaitable<void> pause(Loop& loop);
  boost::asio::awaitable<void> run(Loop& loop);

  boost::asio::strand<boost::asio::any_io_executor> strand_;
  std::list<Loop> loops_;     // used on the strand only, but for their status
  mutable std::mutex mutex_;  // guards each loop's status
  std::stop_source stop_;
  std::future<void> begun_;
};

}  // namespace annals::upkeep
