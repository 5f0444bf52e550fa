#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "lanes/lanes.h"
#include "support/coroutines/driven.h"
#include "unit/lanes/hand_driven_commits.h"

namespace annals::lanes {

/// Tests of lanes begin with this: lanes whose commits a test ends by hand.
class OpenedLanes : public testing::Test {
 protected:
  using Names = std::vector<std::uint64_t>;
  using Written = support::Started<std::vector<WriteOutcome>>;

  void open(LaneLimits limits) { lanes_.emplace(driver_.executor(), commits_.function(), limits); }

  /// Starts to write events of a tenant and lets the lane take them in.
  Written write(const std::string& tenant, const Names& names, std::size_t data_bytes = 2) {
    std::vector<events::Event> events;
    for (const std::uint64_t name : names) events.push_back(event_of(name, data_bytes));
    Written written(driver_, lanes_->write(table_of(tenant), std::move(events)));
    driver_.settle();
    return written;
  }

  void until_commits(std::size_t count) {
    driver_.until([&] { return commits_.calls.size() >= count; });
  }
  [[nodiscard]] const Names& committed(std::size_t index) const { return commits_.calls.at(index)->events; }

  support::Driver driver_;
  HandDrivenCommits commits_;
  std::optional<Lanes> lanes_;
};

}  // namespace annals::lanes
