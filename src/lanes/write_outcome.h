#pragma once

#include <cstdint>
#include <span>

namespace annals::lanes {

/// The outcome of writing an event.
enum class WriteOutcome : std::uint8_t {
  accepted,   // it is stored
  duplicate,  // an event of that id was stored already; the first content stays
};

/// The outcomes of many events, counted.
struct WriteCounts {
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;

  void add(std::span<const WriteOutcome> outcomes) {
    for (const WriteOutcome outcome : outcomes) {
      ++(outcome == WriteOutcome::accepted ? accepted : duplicates);
    }
  }
};

}  // namespace annals::lanes
