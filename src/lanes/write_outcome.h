#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "quotas/charged_events.h"

namespace annals::lanes {

/// The outcome of writing an event.
enum class WriteOutcome : std::uint8_t {
  accepted,   // it is stored
  duplicate,  // an event of that id was stored already, with the same content
  conflict,   // a duplicate with other content; the first stays
};

/// Charges a tenant's allowance for the events that are stored now, and not for those that were before.
inline void settle(quotas::ChargedEvents& charged, std::span<const WriteOutcome> outcomes) noexcept {
  charged.settle(outcomes.size(), [&](std::size_t i) { return outcomes[i] == WriteOutcome::accepted; });
}

/// The outcomes of many events, counted.
struct WriteCounts {
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;  // conflicts included
  std::uint64_t conflicts = 0;
  std::uint64_t expired = 0;  // of all: past their tenant's retention when they came

  void add(std::span<const WriteOutcome> outcomes) {
    for (const WriteOutcome outcome : outcomes) {
      ++(outcome == WriteOutcome::accepted ? accepted : duplicates);
      if (outcome == WriteOutcome::conflict) ++conflicts;
    }
  }
};

}  // namespace annals::lanes
