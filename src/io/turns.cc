#include "io/turns.h"

#include <algorithm>
#include <utility>

namespace annals::io {

bool Turns::push(const Reader& reader, Job& job) {
  if (size_ >= limits_.waiting) return false;
  if (reader.name.empty()) {
    others_.push_back({.job = std::move(job), .reader = reader});
  } else {
    auto& jobs = readers_[reader.name].jobs;
    if (jobs.size() >= limits_.waiting_of_one) return false;
    jobs.push_back({.job = std::move(job), .reader = reader});
  }
  ++size_;
  return true;
}

std::optional<Turns::Taken> Turns::pop() {
  others_next_ = !others_next_;
  auto taken = others_next_ ? pop_other() : pop_of_reader();
  if (!taken) taken = others_next_ ? pop_of_reader() : pop_other();
  if (!taken) return std::nullopt;
  --size_;
  if (taken->reader.takes_long) ++running_;
  return taken;
}

std::optional<Turns::Taken> Turns::pop_other() {
  const auto next = std::ranges::find_if(
      others_, [this](const Taken& one) { return !one.reader.takes_long || running_ < limits_.running; });
  if (next == others_.end()) return std::nullopt;
  Taken taken = std::move(*next);
  others_.erase(next);
  return taken;
}

bool Turns::may_run(const Waiting& waiting) const {
  if (waiting.jobs.empty() || waiting.running >= limits_.running_of_one) return false;
  return !waiting.jobs.front().reader.takes_long || running_ < limits_.running;
}

/// Returns a job of the next reader, by name, behind the one whose turn it was.
std::optional<Turns::Taken> Turns::pop_of_reader() {
  auto next = readers_.upper_bound(last_);
  for (std::size_t looked_at = 0; looked_at < readers_.size(); ++looked_at, ++next) {
    if (next == readers_.end()) next = readers_.begin();
    Waiting& waiting = next->second;
    if (!may_run(waiting)) continue;
    last_ = next->first;
    Taken taken = std::move(waiting.jobs.front());
    waiting.jobs.pop_front();
    ++waiting.running;
    return taken;
  }
  return std::nullopt;
}

void Turns::ended(const Reader& reader) {
  if (reader.takes_long) --running_;
  if (reader.name.empty()) return;
  const auto found = readers_.find(reader.name);
  --found->second.running;
  if (found->second.running == 0 && found->second.jobs.empty()) readers_.erase(found);
}

}  // namespace annals::io
