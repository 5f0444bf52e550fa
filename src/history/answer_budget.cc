#include "history/answer_budget.h"

#include <utility>

namespace annals::history {

AnswerBudget::Share::Share(Share&& other) noexcept
    : budget_(other.budget_), owner_(other.owner_), held_(std::exchange(other.held_, 0)) {}

AnswerBudget::Share& AnswerBudget::Share::operator=(Share&& other) noexcept {
  if (this == &other) return *this;
  keep(0);
  budget_ = other.budget_;
  owner_ = other.owner_;
  held_ = std::exchange(other.held_, 0);
  return *this;
}

std::optional<Error> AnswerBudget::Share::take(std::size_t bytes) {
  auto error = budget_->take(owner_, bytes, held_);
  if (!error) held_ += bytes;
  return error;
}

void AnswerBudget::Share::keep(std::size_t bytes) noexcept {
  if (held_ <= bytes) return;
  budget_->give_back(owner_, held_ - bytes);
  held_ = bytes;
}

std::optional<Error> AnswerBudget::take(const ClientId& owner, std::size_t bytes, std::size_t held_by_share) {
  const std::scoped_lock lock(mutex_);
  const auto found = held_by_.find(owner);
  const std::size_t held_by_owner = found == held_by_.end() ? 0 : found->second;
  const bool is_only_answer = held_by_owner == held_by_share;
  if (held_by_owner + bytes > limits_.of_one && !is_only_answer) {
    return Error(ErrorCode::over_quota,
                 "Too many answers of this client are waiting to be read. Try again later.");
  }
  const std::size_t left_to_others = held_by_owner + bytes > limits_.little ? limits_.reserve : 0;
  if (held_ + bytes + left_to_others > limits_.total) {
    return Error(ErrorCode::overloaded, "Too many answers are waiting to be read. Try again later.");
  }
  held_ += bytes;
  held_by_[owner] += bytes;
  return std::nullopt;
}

void AnswerBudget::give_back(const ClientId& owner, std::size_t bytes) noexcept {
  const std::scoped_lock lock(mutex_);
  held_ -= bytes;
  const auto found = held_by_.find(owner);
  found->second -= bytes;
  if (found->second == 0) held_by_.erase(found);
}

}  // namespace annals::history
