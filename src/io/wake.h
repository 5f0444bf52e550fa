#pragma once

#include <functional>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace annals::io {

/// Resumes a suspended coroutine on the coroutine's own executor. Call it once, from any thread.
using Wake = std::move_only_function<void()>;

/// Suspends the calling coroutine and passes its Wake to `arrange`, which stores it to be called later or
/// calls it at once. `arrange` must not throw.
template <class Arrange>
boost::asio::awaitable<void> suspend(Arrange arrange) {
  auto start = [arrange = std::move(arrange)](auto handler) mutable {
    auto executor = boost::asio::get_associated_executor(handler);
    auto guard = boost::asio::make_work_guard(executor);
    arrange(Wake([handler = std::move(handler), guard = std::move(guard)]() mutable {
      auto where = guard.get_executor();
      boost::asio::post(where, [handler = std::move(handler)]() mutable { std::move(handler)(); });
    }));
  };
  co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      std::move(start), boost::asio::use_awaitable);
}

}  // namespace annals::io
