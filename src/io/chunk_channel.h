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

/// Chunks of bytes from one thread that may block to one coroutine that must not. It holds a bounded number
/// of bytes: a producer that is ahead waits, which is how a slow reader slows its source. Safe for the two
/// together.
class ChunkChannel {
 public:
  /// `capacity`: bytes that may wait; a single larger chunk passes alone.
  explicit ChunkChannel(std::size_t capacity) : capacity_(capacity) {}

  /// Producer: waits for room. False when the consumer has given up: the producer should stop.
  bool push(std::string chunk);

  /// Producer: no more chunks will come; `error` is thrown to the consumer after the last of them.
  void finish(std::exception_ptr error = nullptr);

  /// Consumer: the next chunk, or nothing at the end. Throws what the producer failed with. One call at a
  /// time.
  boost::asio::awaitable<std::optional<std::string>> pull();

  /// Consumer: wants no more.
  void give_up();

 private:
  Wake take_waiter();

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::deque<std::string> chunks_;
  std::size_t held_ = 0;
  bool finished_ = false;
  bool given_up_ = false;
  std::exception_ptr error_;
  Wake waiter_;  // the consumer, when it waits
};

}  // namespace annals::io
