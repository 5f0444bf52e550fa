#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "io/wake.h"

namespace annals::io {

/// Passes chunks of bytes from one thread that may block to one coroutine that must not. It holds a bounded
/// number of bytes: a producer that is ahead waits, so a slow reader slows its source (back-pressure).
/// Thread-safe for one producer and one consumer.
class ChunkChannel {
 public:
  /// `capacity` is in bytes. A chunk of any size is accepted while less than that is waiting.
  explicit ChunkChannel(std::size_t capacity) : capacity_(capacity) {}

  /// Adds a chunk once there is room; for the producer. Returns false if the consumer has cancelled: the
  /// producer should stop.
  bool push(std::string chunk);

  /// Ends the stream; for the producer. `error` is thrown to the consumer after the last chunk.
  void finish(std::exception_ptr error = nullptr);

  /// Returns the next chunk, or nullopt at the end; for the consumer. Throws the producer's error. At most
  /// one call may be in flight.
  boost::asio::awaitable<std::optional<std::string>> pull();

  /// Makes push() return false; for the consumer.
  void cancel();

 private:
  Wake take_waiter();

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::deque<std::string> chunks_;
  std::size_t held_ = 0;
  bool finished_ = false;
  bool cancelled_ = false;
  std::exception_ptr error_;
  Wake waiter_;  // set while the consumer waits
};

}  // namespace annals::io
