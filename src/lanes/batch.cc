#include "lanes/batch.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "ops/log.h"

namespace annals::lanes {

namespace {

WriteOutcome outcome(bool same_content) {
  return same_content ? WriteOutcome::duplicate : WriteOutcome::conflict;
}

bool have_same_content(const events::Event& one, const events::Event& other) {
  const StoredContent content{.event_time = one.event_time, .digest = digest_of(one)};
  return one.time_is_arrival ? content.digest == digest_of(other) : content.is_of(other);
}

}  // namespace

Batch::Batch(Events events)
    : events_(std::move(events)), outcomes_(events_.size(), WriteOutcome::accepted), open_(events_.size()) {
  std::iota(open_.begin(), open_.end(), std::size_t{0});
}

std::vector<EventId> Batch::open_ids() const {
  std::vector<EventId> ids;
  ids.reserve(open_.size());
  for (const std::size_t i : open_) ids.push_back(events_[i]->event_id);
  return ids;
}

Batch::Events Batch::leave_new(std::vector<EventId> suspects, const std::map<EventId, StoredContent>& stored,
                               std::span<const std::uint64_t> own_commits) {
  std::ranges::sort(suspects, std::less<>());
  std::map<EventId, const events::Event*> earlier;
  std::erase_if(open_, [&](std::size_t i) {
    const events::Event& event = *events_[i];
    if (!std::ranges::binary_search(suspects, event.event_id, std::less<>())) return false;
    if (const auto found = stored.find(event.event_id); found != stored.end()) {
      const bool is_own = std::ranges::find(own_commits, found->second.commit) != own_commits.end();
      outcomes_[i] = is_own ? WriteOutcome::accepted : outcome(found->second.is_of(event));
      return true;
    }
    const auto [first, is_new] = earlier.try_emplace(event.event_id, &event);
    if (!is_new) outcomes_[i] = outcome(have_same_content(*first->second, event));
    return !is_new;
  });
  Events events;
  events.reserve(open_.size());
  for (const std::size_t i : open_) events.push_back(events_[i]);
  return events;
}

void Batch::accept_all_but(const Events& rest) {
  auto next = rest.begin();
  std::erase_if(open_, [&](std::size_t i) {
    const bool is_rest = next != rest.end() && *next == events_[i];
    if (is_rest) ++next;
    return !is_rest;
  });
}

void Batch::log_conflicts(const ClientId& owner) const {
  const auto first = std::ranges::find(outcomes_, WriteOutcome::conflict);
  if (first == outcomes_.end()) return;
  const auto count = std::ranges::count(outcomes_, WriteOutcome::conflict);
  ops::log_damped(
      ops::Level::warning, "events came again with other content; the first content stays",
      {{"client_id", owner.text()},
       {"event_id", events_[static_cast<std::size_t>(first - outcomes_.begin())]->event_id.text()},
       {"events", count}},
      owner.text());
}

}  // namespace annals::lanes
