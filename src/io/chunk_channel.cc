#include "io/chunk_channel.h"

#include <utility>

namespace annals::io {

bool ChunkChannel::push(std::string chunk) {
  Wake wake;
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return cancelled_ || chunks_.empty() || held_ < capacity_; });
    if (cancelled_) return false;
    held_ += chunk.size();
    chunks_.push_back(std::move(chunk));
    wake = take_waiter();
  }
  if (wake) wake();
  return true;
}

void ChunkChannel::finish(std::exception_ptr error) {
  Wake wake;
  {
    const std::scoped_lock lock(mutex_);
    finished_ = true;
    error_ = std::move(error);
    wake = take_waiter();
  }
  if (wake) wake();
}

boost::asio::awaitable<std::optional<std::string>> ChunkChannel::pull() {
  bool wait = false;
  {
    const std::scoped_lock lock(mutex_);
    wait = chunks_.empty() && !finished_;
  }
  if (wait) {
    co_await suspend([this](Wake wake) {
      {
        const std::scoped_lock lock(mutex_);
        if (chunks_.empty() && !finished_) {
          waiter_ = std::move(wake);
          return;
        }
      }
      wake();  // a chunk or the end arrived in between
    });
  }
  std::optional<std::string> chunk;
  std::exception_ptr error;
  {
    const std::scoped_lock lock(mutex_);
    if (chunks_.empty()) {
      error = error_;
    } else {
      chunk = std::move(chunks_.front());
      chunks_.pop_front();
      held_ -= chunk->size();
    }
  }
  room_.notify_one();
  if (error) std::rethrow_exception(error);
  co_return chunk;
}

void ChunkChannel::cancel() {
  {
    const std::scoped_lock lock(mutex_);
    cancelled_ = true;
  }
  room_.notify_one();
}

Wake ChunkChannel::take_waiter() {
  return std::exchange(waiter_, nullptr);
}

}  // namespace annals::io
