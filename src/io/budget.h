#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace annals::io {

/// Shares a number of bytes among many holders, so that what they hold together has a limit. Thread-safe, but
/// a Share is not. It must outlive every Share.
class Budget {
 public:
  explicit Budget(std::size_t bytes) : free_(bytes) {}

  /// The bytes that one holder has taken. The destructor gives them back.
  class Share {
   public:
    explicit Share(Budget& budget) : budget_(&budget) {}
    ~Share() { release(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// Takes more bytes. Returns false, and takes nothing, if that many are not free.
    [[nodiscard]] bool take(std::size_t bytes) {
      if (!budget_->take(bytes)) return false;
      held_ += bytes;
      return true;
    }
    void release() { budget_->free_ += std::exchange(held_, 0); }

   private:
    Budget* budget_;
    std::size_t held_ = 0;
  };

 private:
  [[nodiscard]] bool take(std::size_t bytes) {
    std::size_t free = free_;
    while (free >= bytes) {
      if (free_.compare_exchange_weak(free, free - bytes)) return true;
    }
    return false;
  }

  std::atomic<std::size_t> free_;
};

}  // namespace annals::io
