#pragma once

#include <exception>
#include <expected>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>

namespace annals::io {

/// The outcome of a coroutine: its result, or the exception that it threw.
template <class T>
using Settled = std::expected<T, std::exception_ptr>;

/// Awaits `work` and returns its outcome instead of throwing. It is for clean-up that must be awaited whether
/// or not the work succeeded: a catch block cannot contain co_await, and a destructor cannot wait.
template <class T>
boost::asio::awaitable<Settled<T>> settled(boost::asio::awaitable<T> work) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
      co_return Settled<T>();
    } else {
      auto result = co_await std::move(work);
      co_return Settled<T>(std::move(result));
    }
  } catch (...) {
    co_return std::unexpected(std::current_exception());
  }
}

/// Returns the result of an outcome, or throws its exception.
template <class T>
T result_of(Settled<T> outcome) {
  if (!outcome) std::rethrow_exception(std::move(outcome.error()));
  if constexpr (!std::is_void_v<T>) return *std::move(outcome);
}

}  // namespace annals::io
