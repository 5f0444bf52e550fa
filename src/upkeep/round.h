#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace annals::upkeep {

/// A piece of background work that is repeated.
struct Round {
  std::string name;                    // unique; for the log and the metrics
  std::chrono::milliseconds interval;  // from the end of one run to the beginning of the next
  /// Does the work once. What it throws is logged, and the next run follows all the same. A long run ends
  /// early once `stop` is requested.
  std::function<boost::asio::awaitable<void>(std::stop_token stop)> run;
  /// Holds the service back until the first run has ended. Such a round is repeated soon until
  /// it has succeeded once: the engine may be starting.
  bool before_serving = false;
};

}  // namespace annals::upkeep
