// How coroutines know which trace they work for: their executor tells it. So it is there however deep they
// call, and for whatever they spawn where they run, without a parameter of each function and without state of
// threads.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ops/span.h"

namespace annals::ops {

/// Runs what it gets where another executor runs it, a strand too, and knows a place in a trace.
class TracedExecutor {
 public:
  TracedExecutor(boost::asio::any_io_executor inner, TracePlace place)
      : inner_(std::move(inner)), place_(std::move(place)) {}

  [[nodiscard]] const boost::asio::any_io_executor& inner() const noexcept { return inner_; }
  [[nodiscard]] const TracePlace& place() const noexcept { return place_; }

  // What follows is what Asio asks of an executor.
  template <class Property>
    requires(boost::asio::can_query_v<const boost::asio::any_io_executor&, Property>)
  decltype(auto) query(const Property& property) const {
    return boost::asio::query(inner_, property);
  }
  template <class Property>
    requires(boost::asio::can_require_v<const boost::asio::any_io_executor&, Property>)
  TracedExecutor require(const Property& property) const {
    return {boost::asio::require(inner_, property), place_};
  }
  template <class Property>
    requires(boost::asio::can_prefer_v<const boost::asio::any_io_executor&, Property>)
  TracedExecutor prefer(const Property& property) const {
    return {boost::asio::prefer(inner_, property), place_};
  }
  template <class Function>
  void execute(Function&& function) const {
    inner_.execute(std::forward<Function>(function));
  }
  bool operator==(const TracedExecutor& other) const noexcept { return inner_ == other.inner_; }
  bool operator!=(const TracedExecutor& other) const noexcept { return inner_ != other.inner_; }

 private:
  boost::asio::any_io_executor inner_;
  TracePlace place_;
};

/// Returns the place in a trace that the calling coroutine works at; none if it works for no trace.
inline boost::asio::awaitable<TracePlace> current_place() {
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto* traced = executor.target<TracedExecutor>();
  co_return traced == nullptr ? TracePlace() : traced->place();
}

/// Awaits `work`, which runs where the caller runs and at that place of a trace. The result must have a
/// default.
template <class Result>
boost::asio::awaitable<Result> at_place(TracePlace place, boost::asio::awaitable<Result> work) {
  boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto* traced = executor.target<TracedExecutor>();
  const bool is_there = place == (traced == nullptr ? TracePlace() : traced->place());
  auto inner = traced == nullptr ? executor : traced->inner();
  if (!is_there) {
    work = boost::asio::co_spawn(
        boost::asio::any_io_executor(TracedExecutor(std::move(inner), std::move(place))), std::move(work),
        boost::asio::use_awaitable);
  }
  if constexpr (std::is_void_v<Result>) {
    co_await std::move(work);
  } else {
    Result result = co_await std::move(work);
    co_return result;
  }
}

}  // namespace annals::ops
