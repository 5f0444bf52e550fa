#include "envelopes/decoded_items.h"

namespace annals::envelopes {

using events::Event;
using input::Problems;

void BadItems::add(std::int64_t index, Problems problems) {
  if (!is_full()) {
    listed_.emplace_back(index, std::move(problems));
  } else {
    ++left_out_;
  }
}

bool BadItems::is_full() const {
  return listed_.size() >= input::kMaxListed;
}

Problems BadItems::problems() const {
  Problems all;
  for (const auto& [index, problems] : listed_) all.insert(all.end(), problems.begin(), problems.end());
  return all;
}

void DecodedItems::add(Decoded item) {
  if (auto* event = std::get_if<Event>(&item)) {
    events.push_back(std::move(*event));
  } else {
    bad.add(count, std::get<Problems>(std::move(item)));
    if (!skip_bad && bad.is_full()) throw input::InvalidInput(bad.problems());
  }
  ++count;
}

}  // namespace annals::envelopes
