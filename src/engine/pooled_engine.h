#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "engine/connection.h"
#include "engine/engine.h"
#include "io/blocking_pool.h"

namespace annals::engine {

/// Implements Engine over blocking connections, with one thread for each. It must outlive every coroutine
/// that waits on it. Its destructor finishes what is queued.
class PooledEngine : public Engine {
 public:
  /// At most `max_waiting` statements may wait for a connection; more are refused. A stream keeps its
  /// connection for as long as its reader takes, so streams may have at most half of the connections.
  PooledEngine(std::vector<std::unique_ptr<Connection>> connections, std::size_t max_waiting)
      : max_streams_(std::max<std::size_t>(1, connections.size() / 2)),
        pool_(std::move(connections), max_waiting) {}

  boost::asio::awaitable<void> execute(Statement statement) override;
  boost::asio::awaitable<std::string> query(Statement statement) override;
  boost::asio::awaitable<void> scan(Statement statement, Sink sink) override;
  boost::asio::awaitable<std::unique_ptr<ResultStream>> stream(Statement statement) override;
  boost::asio::awaitable<void> insert(Insert insert) override;
  boost::asio::awaitable<void> make_durable() override;

 private:
  class Stream;

  std::size_t max_streams_;
  std::atomic<std::size_t> streams_ = 0;
  io::BlockingPool<Connection> pool_;
};

}  // namespace annals::engine
