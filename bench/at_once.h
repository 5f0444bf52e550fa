#pragma once

#include <chrono>
#include <cstddef>
#include <future>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "house.h"
#include "samples.h"

namespace annals::bench {

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
