#include "engine/pooled_engine.h"

#include "io/chunk_channel.h"

namespace annals::engine {
namespace {

/// What may wait for a slow reader, per stream.
constexpr std::size_t kStreamBuffer = std::size_t{1} << 20U;

}  // namespace

/// The connection's thread fills the channel; the reader empties it.
class PooledEngine::Stream final : public ResultStream {
 public:
  explicit Stream(std::shared_ptr<io::ChunkChannel> channel) : channel_(std::move(channel)) {}
  ~Stream() override { channel_->give_up(); }

  boost::asio::awaitable<std::optional<std::string>> next() override { return channel_->pull(); }

 private:
  std::shared_ptr<io::ChunkChannel> channel_;
};

boost::asio::awaitable<void> PooledEngine::execute(Statement statement) {
  auto work = [statement = std::move(statement)](Connection& connection) { connection.execute(statement); };
  co_await pool_.run(std::move(work));
}

boost::asio::awaitable<std::string> PooledEngine::query(Statement statement) {
  auto work = [statement = std::move(statement)](Connection& connection) {
    return connection.query(statement);
  };
  auto result = co_await pool_.run(std::move(work));
  co_return result;
}

boost::asio::awaitable<std::string> PooledEngine::query_beginning(Statement statement, std::size_t enough) {
  auto work = [statement = std::move(statement), enough](Connection& connection) {
    std::string beginning;
    connection.stream(statement, [&](const std::string& chunk) {
      beginning += chunk;
      return beginning.size() < enough;
    });
    return beginning;
  };
  auto beginning = co_await pool_.run(std::move(work));
  co_return beginning;
}

boost::asio::awaitable<std::unique_ptr<ResultStream>> PooledEngine::stream(Statement statement) {
  if (streams_.fetch_add(1) >= max_streams_) {
    --streams_;
    throw Error(ErrorCode::overloaded, "Too many large results are being read. Try again later.");
  }
  auto channel = std::make_shared<io::ChunkChannel>(kStreamBuffer);
  pool_.post([this, channel, statement = std::move(statement)](Connection* connection) {
    std::exception_ptr error;
    try {
      io::BlockingPool<Connection>::checked(connection).stream(statement, [&](std::string chunk) {
        return channel->push(std::move(chunk));
      });
    } catch (...) {
      error = std::current_exception();
    }
    --streams_;
    channel->finish(error);
  });
  co_return std::make_unique<Stream>(std::move(channel));
}

boost::asio::awaitable<void> PooledEngine::insert(Insert insert) {
  auto work = [insert = std::move(insert)](Connection& connection) { connection.insert(insert); };
  co_await pool_.run(std::move(work));
}

}  // namespace annals::engine
