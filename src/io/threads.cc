#include "io/threads.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <utility>

#include <boost/asio/post.hpp>

#include "io/pause.h"

namespace annals::io {

using namespace std::chrono_literals;

/// Finds out whether so many threads take up work. A thread that has answered holds still for a moment, so
/// that the next answer is another thread's: idle ones would let one of them take everything. Thread-safe.
class Threads::RollCall {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RollCall(std::size_t wanted) : wanted_(wanted) {}

  /// Returns how many more answers must be asked for so that each thread could give one, and counts them as
  /// asked for. Answers that nobody has given yet are not asked for twice.
  std::size_t ask() {
    const std::scoped_lock lock(mutex_);
    return wanted_ - std::exchange(asked_, wanted_);
  }

  void answer(Clock::duration hold) {
    std::unique_lock lock(mutex_);
    --asked_;
    present_.insert(std::this_thread::get_id());
    changed_.notify_all();
    wait(lock, Clock::now() + hold);
  }

  bool wait_until(Clock::time_point end) {
    std::unique_lock lock(mutex_);
    return wait(lock, end);
  }

 private:
  bool wait(std::unique_lock<std::mutex>& lock, Clock::time_point end) {
    return changed_.wait_until(lock, end, [this] { return present_.size() == wanted_; });
  }

  const std::size_t wanted_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::set<std::thread::id> present_;
  std::size_t asked_ = 0;
};

Threads::Threads(int count, OnException on_exception)
    : count_(count), on_exception_(on_exception), context_(count), keep_running_(context_.get_executor()) {
  let_work_long(context_, static_cast<std::size_t>(std::max(1, count - 1)));
}

Threads::~Threads() {
  stop();
}

void Threads::start() {
  for (int i = 0; i < count_; ++i) threads_.emplace_back([this] { run(); });
}

bool Threads::each_turns(std::chrono::milliseconds patience) {
  // The holding stays short against the pause, so that busy threads lose little.
  constexpr RollCall::Clock::duration kPause = 50ms;
  constexpr RollCall::Clock::duration kLongestHold = 10ms;
  // Shared with the handlers, which may run after this call.
  const auto call = std::make_shared<RollCall>(static_cast<std::size_t>(count_));
  const auto deadline = RollCall::Clock::now() + patience;
  RollCall::Clock::duration hold = 1ms;
  while (true) {
    for (std::size_t i = call->ask(); i > 0; --i) {
      boost::asio::post(context_, [call, hold] { call->answer(hold); });
    }
    if (call->wait_until(std::min(deadline, RollCall::Clock::now() + kPause))) return true;
    if (RollCall::Clock::now() >= deadline) return false;
    hold = std::min(2 * hold, kLongestHold);
  }
}

void Threads::stop() {
  keep_running_.reset();
  context_.stop();
  threads_.clear();
}

void Threads::discard() {
  context_.shutdown();
}

void Threads::run() {
  while (true) {
    try {
      context_.run();
      return;
    } catch (const std::exception& error) {
      on_exception_(error.what());
    }
  }
}

}  // namespace annals::io
