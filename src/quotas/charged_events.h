#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "events/event.h"
#include "quotas/allowance.h"

namespace annals::quotas {

/// Returns what an event counts for in a quota of bytes: what its sender has written, and a part of its own.
inline std::uint64_t charged_bytes(const events::Event& event) {
  constexpr std::uint64_t kOfEveryEvent = 64;
  return kOfEveryEvent + event.event_data.size() + event.other_fields.size() + event.string_ids.size();
}

/// Charges a tenant's allowance for the events of one write: while it is in flight for all of them, and then
/// for those that were stored. Duplicates and what was refused cost nothing. Not thread-safe.
class ChargedEvents {
 public:
  /// A null allowance is unlimited.
  explicit ChargedEvents(std::shared_ptr<Allowance> allowance)
      : is_limited_(allowance != nullptr), charge_(std::move(allowance)) {}

  /// Takes the events, together. Throws Error(over_quota).
  void add(std::span<const events::Event> events) {
    if (!is_limited_) return;
    if (sizes_.empty()) sizes_.reserve(events.size());
    Amount amount{.events = events.size()};
    for (const events::Event& event : events) amount.bytes += charged_bytes(event);
    charge_.add(amount);
    for (const events::Event& event : events) sizes_.push_back(charged_bytes(event));
  }

  /// Says which of the first `count` events, in their order, were stored: those for whose place `was_stored`
  /// returns true. All others are given back, as they are without this call.
  template <class WasStored>
  void settle(std::size_t count, WasStored was_stored) noexcept {
    Amount written;
    for (std::size_t i = 0; i < count && i < sizes_.size(); ++i) {
      if (!was_stored(i)) continue;
      ++written.events;
      written.bytes += sizes_[i];
    }
    charge_.settle(written);
    sizes_.clear();
  }

 private:
  bool is_limited_;
  Charge charge_;
  std::vector<std::uint64_t> sizes_;  // of the events, if they are limited
};

}  // namespace annals::quotas
