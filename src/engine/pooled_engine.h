#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/connection.h"
#include "engine/engine.h"
#include "engine/statement_span.h"
#include "io/blocking_pool.h"

namespace annals::engine {

/// Implements Engine over blocking connections, with one thread for each. It must outlive every coroutine
/// that waits on it. Its destructor finishes what is queued.
class PooledEngine : public Engine {
 public:
  /// `connections` are for all statements but those that wait for others, which have `waiting`. At most
  /// `max_queued` statements may wait for a connection of either kind; more are refused. A stream keeps its
  /// connection for as long as its reader takes, so streams may have at most half of the connections, and
  /// those of one client all but one of that half.
  PooledEngine(std::vector<std::unique_ptr<Connection>> connections,
               std::vector<std::unique_ptr<Connection>> waiting, std::size_t max_queued)
      : max_streams_(std::max<std::size_t>(1, connections.size() / 2)),
        pool_(std::move(connections), max_queued),
        waiting_pool_(std::move(waiting), max_queued) {}

  /// The number of connections for statements that wait for others.
  static constexpr std::size_t kWaitingConnections = 2;

  boost::asio::awaitable<void> execute(Statement statement) override;
  boost::asio::awaitable<std::string> query(Statement statement) override;
  boost::asio::awaitable<void> scan(Statement statement, Sink sink) override;
  boost::asio::awaitable<std::unique_ptr<ResultStream>> stream(Statement statement) override;
  boost::asio::awaitable<void> insert(Insert insert) override;
  boost::asio::awaitable<void> make_durable() override;
  [[nodiscard]] Activity activity() const override;

 private:
  class Stream;
  using Clock = std::chrono::steady_clock;

  /// Returns work that also counts, on the thread that runs it, how long it waited and what it took. `span`
  /// lasts as long as the work.
  template <class Work>
  auto counted(StatementKind kind, StatementSpan span, Work work) {
    return [this, kind, span = std::move(span), work = std::move(work),
            queued = Clock::now()](Connection& connection) mutable {
      // The work may be kept for longer than it runs.
      StatementSpan running = std::move(span);
      const auto waited = Clock::now() - queued;
      waits_.observe(waited);
      running.has_waited(waited);
      connection.belong_to(running.headers());
      return running.around([&] { return measured(kind, work, connection); });
    };
  }

  template <class Work>
  auto measured(StatementKind kind, Work& work, Connection& connection) {
    ops::Outcomes::Measurement measurement(statements_[kind]);
    if constexpr (std::is_void_v<std::invoke_result_t<Work&, Connection&>>) {
      work(connection);
      measurement.succeeded();
    } else {
      auto result = work(connection);
      measurement.succeeded();
      return result;
    }
  }

  bool begin_stream(const std::string& reader);
  void end_stream(const std::string& reader);

  std::size_t max_streams_;
  StatementCounters statements_;
  ops::Latencies waits_;
  mutable std::mutex mutex_;  // guards the next two
  std::size_t streams_ = 0;
  std::map<std::string, std::size_t> streams_of_;  // by client
  io::BlockingPool<Connection> pool_;
  io::BlockingPool<Connection> waiting_pool_;
};

}  // namespace annals::engine
