#include "engine/pooled_engine.h"

#include <algorithm>
#include <utility>

#include "io/chunk_channel.h"
#include "ops/traced.h"

namespace annals::engine {
namespace {

/// The number of bytes that may wait for a slow reader, per stream.
constexpr std::size_t kStreamBuffer = std::size_t{1} << 20U;

io::Turns::Reader reader_of(const Statement& statement) {
  if (!statement.reader) return {};
  return {.name = statement.reader->text(), .takes_long = true};
}

/// A stream is limited otherwise than a statement, so that a client's pages do not wait for its exports.
constexpr std::size_t kStreamsLeftToOthers = 1;

}  // namespace

/// Reads a result from a channel that the connection's thread fills.
class PooledEngine::Stream final : public ResultStream {
 public:
  explicit Stream(std::shared_ptr<io::ChunkChannel> channel) : channel_(std::move(channel)) {}
  ~Stream() override { channel_->cancel(); }

  /// Waits for the first part, so that a statement that fails at once is not taken for a result.
  boost::asio::awaitable<void> begin() {
    first_ = co_await channel_->pull();
    ended_ = !first_.has_value();
  }

  boost::asio::awaitable<std::optional<std::string>> next() override {
    if (ended_) co_return std::nullopt;
    if (first_) co_return std::exchange(first_, std::nullopt);
    auto part = co_await channel_->pull();
    co_return part;
  }

 private:
  std::optional<std::string> first_;
  bool ended_ = false;
  std::shared_ptr<io::ChunkChannel> channel_;
};

boost::asio::awaitable<void> PooledEngine::execute(Statement statement) {
  const auto place = co_await ops::current_place();
  auto& pool = statement.waits_for_others ? waiting_pool_ : pool_;
  StatementSpan span(place, StatementKind::execute, statement.sql, statement.query_id);
  auto work = [statement = std::move(statement)](Connection& connection) { connection.execute(statement); };
  co_await pool.run(counted(StatementKind::execute, std::move(span), std::move(work)));
}

boost::asio::awaitable<std::string> PooledEngine::query(Statement statement) {
  const auto place = co_await ops::current_place();
  auto reader = reader_of(statement);
  StatementSpan span(place, StatementKind::query, statement.sql, statement.query_id);
  auto work = [statement = std::move(statement)](Connection& connection) {
    return connection.query(statement);
  };
  auto result =
      co_await pool_.run(counted(StatementKind::query, std::move(span), std::move(work)), std::move(reader));
  co_return result;
}

boost::asio::awaitable<void> PooledEngine::scan(Statement statement, Sink sink) {
  const auto place = co_await ops::current_place();
  auto reader = reader_of(statement);
  StatementSpan span(place, StatementKind::scan, statement.sql, statement.query_id);
  auto work = [statement = std::move(statement), sink = std::move(sink)](Connection& connection) {
    connection.stream(statement, sink, Connection::Deadline::of_statement);
  };
  co_await pool_.run(counted(StatementKind::scan, std::move(span), std::move(work)), std::move(reader));
}

boost::asio::awaitable<std::unique_ptr<ResultStream>> PooledEngine::stream(Statement statement) {
  const auto place = co_await ops::current_place();
  const std::string reader = reader_of(statement).name;
  if (!begin_stream(reader)) {
    throw Error(ErrorCode::overloaded, "Too many large results are being read. Try again later.");
  }
  auto channel = std::make_shared<io::ChunkChannel>(kStreamBuffer);
  StatementSpan span(place, StatementKind::stream, statement.sql, statement.query_id);
  auto work = counted(StatementKind::stream, std::move(span),
                      [channel, statement = std::move(statement)](Connection& connection) {
                        const auto push = [&](std::string part) { return channel->push(std::move(part)); };
                        connection.stream(statement, push, Connection::Deadline::of_reader);
                      });
  pool_.post(
      [this, channel, reader, work = std::move(work)](Connection* connection) mutable {
        std::exception_ptr error;
        try {
          work(io::BlockingPool<Connection>::checked(connection));
        } catch (...) {
          error = std::current_exception();
        }
        end_stream(reader);
        channel->finish(error);
      },
      {.takes_long = true});
  auto stream = std::make_unique<Stream>(std::move(channel));
  co_await stream->begin();
  co_return stream;
}

/// Returns false if there are too many streams, of all clients or of this one.
bool PooledEngine::begin_stream(const std::string& reader) {
  const std::scoped_lock lock(mutex_);
  const std::size_t of_one =
      std::max<std::size_t>(1, max_streams_ - std::min(max_streams_, kStreamsLeftToOthers));
  if (streams_ >= max_streams_ || (!reader.empty() && streams_of_[reader] >= of_one)) return false;
  ++streams_;
  if (!reader.empty()) ++streams_of_[reader];
  return true;
}

void PooledEngine::end_stream(const std::string& reader) {
  const std::scoped_lock lock(mutex_);
  --streams_;
  if (!reader.empty() && --streams_of_[reader] == 0) streams_of_.erase(reader);
}

boost::asio::awaitable<void> PooledEngine::make_durable() {
  const auto place = co_await ops::current_place();
  auto work = [](Connection& connection) { connection.make_durable(); };
  StatementSpan span(place, StatementKind::sync, {}, {});
  co_await pool_.run(counted(StatementKind::sync, std::move(span), std::move(work)));
}

boost::asio::awaitable<void> PooledEngine::insert(Insert insert) {
  const auto place = co_await ops::current_place();
  StatementSpan span(place, StatementKind::insert, {}, insert.query_id);
  auto work = [insert = std::move(insert)](Connection& connection) { connection.insert(insert); };
  co_await pool_.run(counted(StatementKind::insert, std::move(span), std::move(work)));
}

Activity PooledEngine::activity() const {
  Activity result{
      .statements = statements_.snapshot(), .waits = waits_.snapshot(), .max_streams = max_streams_};
  const auto add = [&result](std::string_view name, const io::PoolLoad& load) {
    result.refused += load.refused;
    result.pools.push_back({.name = name,
                            .connections = load.threads,
                            .running = load.running,
                            .waiting = load.waiting,
                            .max_waiting = load.max_waiting});
  };
  add("main", pool_.load());
  add("ddl", waiting_pool_.load());
  const std::scoped_lock lock(mutex_);
  result.streams = streams_;
  return result;
}

}  // namespace annals::engine
