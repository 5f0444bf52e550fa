#pragma once

#include <cstddef>
#include <random>
#include <utility>
#include <vector>

#include "io/wake.h"

namespace annals::support {

/// Lets a seed decide in which order coroutines go on: each waits for its turn, and a test gives the turns.
/// Not safe for concurrent use.
class Turns {
 public:
  explicit Turns(unsigned seed) : random_(seed) {}

  /// Returns once it is this coroutine's turn.
  boost::asio::awaitable<void> wait() {
    return io::suspend([this](io::Wake wake) { waiting_.push_back(std::move(wake)); });
  }

  /// Gives the turn to one of those who wait. Does nothing if nobody waits.
  void give() {
    if (!waiting_.empty()) take(waiting_)();
  }

  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }
  bool once_in(std::size_t times) { return below(times) == 0; }

  /// Takes any one out of some.
  template <class T>
  T take(std::vector<T>& from) {
    std::swap(from[below(from.size())], from.back());
    T one = std::move(from.back());
    from.pop_back();
    return one;
  }

 private:
  std::mt19937 random_;
  std::vector<io::Wake> waiting_;
};

}  // namespace annals::support
