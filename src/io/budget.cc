#include "io/budget.h"

#include <algorithm>
#include <utility>

namespace annals::io {

Budget::Limits Budget::fair(std::size_t total) {
  constexpr std::size_t kMuch = std::size_t{64} << 20U;
  constexpr std::size_t kHoldersOfReserve = 16;
  const std::size_t reserve = total / 4;
  return {.total = total,
          .of_one = std::max(total / 2, std::min(total - reserve, kMuch)),
          .reserve = reserve,
          .of_one_reserved = reserve / kHoldersOfReserve};
}

Budget::Share::Share(Budget& budget, const std::string& holder) : budget_(&budget) {
  const std::scoped_lock lock(budget.mutex_);
  holder_ = budget.holders_.try_emplace(holder).first;
  ++holder_->second.shares;
}

Budget::Share::Share(Share&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      holder_(other.holder_),
      held_(std::exchange(other.held_, 0)) {}

Budget::Share::~Share() {
  if (budget_ == nullptr) return;
  release();
  const std::scoped_lock lock(budget_->mutex_);
  if (--holder_->second.shares == 0) budget_->holders_.erase(holder_);
}

std::size_t Budget::holders() const {
  const std::scoped_lock lock(mutex_);
  return holders_.size();
}

bool Budget::Share::take(std::size_t bytes) {
  const Limits& limits = budget_->limits_;
  const std::scoped_lock lock(budget_->mutex_);
  if (bytes > limits.total - budget_->taken_) return false;
  Holder& holder = holder_->second;
  const std::size_t held = holder.held + bytes;
  const bool leaves_reserve = limits.total - budget_->taken_ - bytes >= limits.reserve;
  if (held > (leaves_reserve ? limits.of_one : limits.of_one_reserved)) return false;
  holder.held = held;
  budget_->taken_ += bytes;
  held_ += bytes;
  return true;
}

void Budget::Share::release() {
  if (held_ == 0) return;
  const std::scoped_lock lock(budget_->mutex_);
  budget_->taken_ -= held_;
  holder_->second.held -= held_;
  held_ = 0;
}

}  // namespace annals::io
