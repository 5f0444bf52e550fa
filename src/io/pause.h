#pragma once

#include <chrono>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace annals::io {

/// Returns after that time, without holding a thread.
inline boost::asio::awaitable<void> pause(std::chrono::steady_clock::duration time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

/// Returns after all others that are ready to run on this thread have had their turn.
inline boost::asio::awaitable<void> yield() {
  const auto executor = co_await boost::asio::this_coro::executor;
  co_await boost::asio::post(executor, boost::asio::use_awaitable);
}

/// Measures how long a coroutine has kept its I/O thread, so that it can yield() in time. Not thread-safe.
class Stint {
 public:
  /// Returns whether it is time for yield(), after which the next stint begins.
  [[nodiscard]] bool is_over() {
    const auto now = std::chrono::steady_clock::now();
    if (now < end_) return false;
    end_ = now + kLongest;
    return true;
  }

 private:
  static constexpr std::chrono::milliseconds kLongest{2};

  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + kLongest;
};

}  // namespace annals::io
