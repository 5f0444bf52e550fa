#include "io/slots.h"

#include <utility>

#include "io/wake.h"

namespace annals::io {

boost::asio::awaitable<void> Slots::wait(bool is_next) {
  co_await suspend([this, is_next](Wake wake) {
    {
      const std::scoped_lock lock(mutex_);
      if (free_ == 0) {
        waiting_.insert(is_next ? waiting_.begin() : waiting_.end(), std::move(wake));
        return;
      }
      --free_;
    }
    wake();
  });
}

bool Slots::take_if_free() {
  const std::scoped_lock lock(mutex_);
  if (free_ == 0) return false;
  --free_;
  return true;
}

void Slots::release() {
  Wake next;
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    next = std::move(waiting_.front());  // the place passes to the next without becoming free
    waiting_.pop_front();
  }
  next();
}

void Slots::discard() {
  std::deque<Wake> waiting;  // destroyed without the lock: what they own may give places back
  const std::scoped_lock lock(mutex_);
  waiting.swap(waiting_);
}

HeldSlot::~HeldSlot() {
  slots_.release();
}

}  // namespace annals::io
