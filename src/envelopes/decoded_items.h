#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "envelopes/event_decoder.h"
#include "events/event.h"
#include "input/object_fields.h"

namespace annals::envelopes {

/// Collects the problems of the bad items of a request, by their index (or line). Only the first thousand bad
/// items are listed, so that a body of very many takes no more memory than its own.
class BadItems {
 public:
  using Item = std::pair<std::int64_t, input::Problems>;

  void add(std::int64_t index, input::Problems problems);

  [[nodiscard]] bool empty() const { return listed_.empty(); }
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] const std::vector<Item>& listed() const { return listed_; }
  /// Returns the number of bad items that are not listed.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
  /// Returns the problems of all listed items, one after the other.
  [[nodiscard]] input::Problems problems() const;

 private:
  std::vector<Item> listed_;
  std::uint64_t left_out_ = 0;
};

/// The items of a request that was read as a whole.
struct DecodedItems {
  bool skip_bad = false;  // keep the good items instead of refusing all
  std::vector<events::Event> events = {};
  BadItems bad = {};
  std::int64_t count = 0;

  /// Adds the next item. Unless bad items are skipped, throws InvalidInput once so many are bad that no more
  /// would be listed.
  void add(Decoded item);
};

}  // namespace annals::envelopes
