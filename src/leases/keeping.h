#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "io/settled.h"

namespace annals::leases {

/// How often keeping() keeps: often enough for the shortest TTL. Nearly always that is a look at the clock.
inline constexpr std::chrono::milliseconds kKeepInterval{200};

/// Awaits `work`, which may take longer than a lease lasts, and `keep` again and again meanwhile. Returns the
/// result of the work. Throws what the work throws, and what `keep` throws, after which it is not called
/// again; the work is awaited to its end all the same. The caller's executor must run one thing at a time.
template <class T>
boost::asio::awaitable<T> keeping(boost::asio::awaitable<T> work,
                                  std::function<boost::asio::awaitable<void>()> keep,
                                  std::chrono::milliseconds interval = kKeepInterval) {
  struct Progress {
    boost::asio::steady_timer timer;
    std::unique_ptr<io::Settled<T>> outcome = {};  // once it has ended
  };
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto progress = std::make_shared<Progress>(Progress{boost::asio::steady_timer(executor)});
  boost::asio::co_spawn(executor, io::settled(std::move(work)),
                        [progress](const std::exception_ptr& /*never*/, io::Settled<T> outcome) {
                          progress->outcome = std::make_unique<io::Settled<T>>(std::move(outcome));
                          progress->timer.cancel();
                        });
  std::exception_ptr lost;
  while (!progress->outcome) {
    progress->timer.expires_after(interval);
    boost::system::error_code ended;
    co_await progress->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
    if (progress->outcome || lost) continue;
    const auto kept = co_await io::settled(keep());
    if (!kept) lost = kept.error();
  }
  if (lost && progress->outcome->has_value()) std::rethrow_exception(lost);
  co_return io::result_of(*std::move(progress->outcome));
}

}  // namespace annals::leases
