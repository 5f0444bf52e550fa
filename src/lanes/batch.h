#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "events/event.h"
#include "ids/id.h"
#include "lanes/stored_ids.h"
#include "lanes/write_outcome.h"

namespace annals::lanes {

/// The events of one commit, and what has become of each so far. The events must outlive it.
class Batch {
 public:
  using Events = std::vector<const events::Event*>;

  explicit Batch(Events events);

  /// Returns the ids of the events whose outcome is open, in their order.
  [[nodiscard]] std::vector<EventId> open_ids() const;

  /// Takes from the open events as duplicates or conflicts those whose id is stored, or occurs earlier in the
  /// batch, and returns the rest. Only an id among the suspects can be either. What an insert of this commit
  /// has brought, whose numbers are given, is accepted: it came after the table was last looked at.
  Events leave_new(std::vector<EventId> suspects, const std::map<EventId, StoredContent>& stored,
                   std::span<const std::uint64_t> own_commits = {});

  /// Takes the open events as accepted, except for `rest`, a subsequence of them.
  void accept_all_but(const Events& rest);

  /// Writes a line to the log if there are conflicts, damped for each tenant.
  void log_conflicts(const ClientId& owner) const;

  /// Returns the outcomes, in the order of the events. None may be open.
  [[nodiscard]] std::vector<WriteOutcome> outcomes() const { return outcomes_; }

 private:
  Events events_;
  std::vector<WriteOutcome> outcomes_;
  std::vector<std::size_t> open_;  // indices, rising
};

}  // namespace annals::lanes
