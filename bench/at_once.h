#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "house.h"
#include "http_load.h"
#include "samples.h"

namespace annals::bench {

/// Sends the requests that `next` gives, each as soon as the one before is answered, until `end`. Returns
/// their times. Throws std::runtime_error if an answer has another status.
inline boost::asio::awaitable<Samples> ask_until(House* house, std::function<std::string()> next, int status,
                                                 Clock::time_point end) {
  KeptConnection connection(house->load().get_executor(), house->port());
  Samples times;
  while (Clock::now() < end) {
    std::string request = next();
    const auto start = Clock::now();
    const auto reply = co_await connection.send(std::move(request));
    times.add(Clock::now() - start);
    if (reply.status != status) throw std::runtime_error(fmt::format("{}: {}", reply.status, reply.body));
  }
  co_return times;
}

/// Runs so many workers at once on the load generator's thread. `start(index, end)` returns the coroutine of
/// a worker that works until `end`. `take` takes the result of each. Returns the seconds that it all took.
template <class Start, class Take>
double at_once(House& house, std::size_t workers, Clock::duration time, Start start, Take take) {
  const auto begin = Clock::now();
  using Result = typename decltype(start(std::size_t{}, begin))::value_type;
  std::vector<std::future<Result>> running;
  running.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) {
    running.push_back(boost::asio::co_spawn(house.load(), start(i, begin + time), boost::asio::use_future));
  }
  for (auto& one : running) take(one.get());
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace annals::bench
