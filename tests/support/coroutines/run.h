#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace annals::support {

/// Runs a coroutine to its end on this thread and returns its result, or throws what it threw.
template <class Result>
Result run(boost::asio::awaitable<Result> work) {
  boost::asio::io_context io(1);
  auto result = boost::asio::co_spawn(io, std::move(work), boost::asio::use_future);
  io.run();
  return result.get();
}

}  // namespace annals::support
