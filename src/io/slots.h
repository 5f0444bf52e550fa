#pragma once

#include <cstddef>
#include <deque>
#include <mutex>

#include <boost/asio/awaitable.hpp>

#include "io/wake.h"

namespace annals::io {

class Slots;

/// Owns a place that was taken, and gives it back.
class HeldSlot {
 public:
  /// `slots` must outlive this object.
  explicit HeldSlot(Slots& slots) : slots_(slots) {}
  ~HeldSlot();
  HeldSlot(const HeldSlot&) = delete;
  HeldSlot& operator=(const HeldSlot&) = delete;

 private:
  Slots& slots_;
};

/// Gives a number of places to coroutines in the order of asking: a fair semaphore. Thread-safe. It must
/// outlive every coroutine that waits.
class Slots {
 public:
  explicit Slots(std::size_t count) : free_(count) {}

  /// Waits for a place.
  boost::asio::awaitable<void> take() { return wait(false); }
  /// Waits for a place before all others that wait now.
  boost::asio::awaitable<void> take_next() { return wait(true); }
  /// Takes a place unless it would have to wait for it. Returns whether it did.
  [[nodiscard]] bool take_if_free();
  void release();

  /// Destroys the coroutines that wait, with everything that they own. Call it once none resumes any more.
  void discard();

 private:
  boost::asio::awaitable<void> wait(bool is_next);

  std::mutex mutex_;
  std::size_t free_;
  std::deque<Wake> waiting_;
};

}  // namespace annals::io
