#include "lanes/batch.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <utility>

namespace annals::lanes {

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

Batch::Events Batch::leave_new(std::vector<EventId> suspects, const std::vector<EventId>& stored) {
  std::ranges::sort(suspects, std::less<>());
  std::set<EventId> seen(stored.begin(), stored.end());
  std::erase_if(open_, [&](std::size_t i) {
    const EventId& id = events_[i]->event_id;
    const bool is_new = !std::ranges::binary_search(suspects, id, std::less<>()) || seen.insert(id).second;
    if (!is_new) outcomes_[i] = WriteOutcome::duplicate;
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

}  // namespace annals::lanes
