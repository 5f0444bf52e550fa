#include "io/slots.h"

#include <utility>

#include "io/wake.h"

namespace annals::io {

boost::asio::awaitable<void> Slots::take() {
  co_await suspend([this](Wake wake) {
    {
      const std::scoped_lock lock(mutex_);
      if (free_ == 0) {
        waiting_.push_back(std::move(wake));
        return;
      }
      --free_;
    }
    wake();
  });
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

HeldSlot::~HeldSlot() {
  slots_.release();
}

}  // namespace annals::io
