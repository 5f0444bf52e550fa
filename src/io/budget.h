#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace annals::io {

/// A number of bytes that many share, so that what they hold together has a limit. Safe for concurrent use;
/// must outlive what is held of it.
class Budget {
 public:
  explicit Budget(std::size_t bytes) : free_(bytes) {}

  /// What one holder has taken; it goes back with this.
  class Share {
   public:
    explicit Share(Budget& budget) : budget_(&budget) {}
    ~Share() { give_back(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// Takes more; false, and nothing is taken, when there is not so much.
    [[nodiscard]] bool take(std::size_t bytes) {
      if (!budget_->take(bytes)) return false;
      held_ += bytes;
      return true;
    }
    void give_back() { budget_->free_ += std::exchange(held_, 0); }

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
