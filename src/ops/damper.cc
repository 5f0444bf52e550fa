#include "ops/damper.h"

#include <algorithm>
#include <utility>

namespace annals::ops {

std::optional<std::uint64_t> Damper::admit(std::string_view kind, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  auto found = windows_.find(kind);
  if (found == windows_.end()) {
    make_room();
    found = windows_.emplace(std::string(kind), Window{.begin = now}).first;
  }
  Window& window = found->second;
  if (now - window.begin >= limits_.per) window = {.begin = now, .left_out = window.left_out};
  if (window.written >= limits_.lines) {
    ++window.left_out;
    return std::nullopt;
  }
  ++window.written;
  return std::exchange(window.left_out, 0);
}

bool Damper::is_used_up(std::string_view kind, Clock::time_point now) const {
  const std::scoped_lock lock(mutex_);
  const auto found = windows_.find(kind);
  return found != windows_.end() && now - found->second.begin < limits_.per &&
         found->second.written >= limits_.lines;
}

void Damper::make_room() {
  if (windows_.size() < limits_.kinds) return;
  windows_.erase(
      std::ranges::min_element(windows_, {}, [](const auto& entry) { return entry.second.begin; }));
}

}  // namespace annals::ops
