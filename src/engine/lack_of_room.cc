#include "engine/lack_of_room.h"

#include <algorithm>
#include <array>

#include "engine/engine.h"

namespace annals::engine {
namespace {

/// The number of NOT_ENOUGH_SPACE: the engine asks for the room that a part needs before it writes the part.
constexpr int kNotEnoughSpace = 243;

constexpr std::array<std::string_view, 2> kDiskFull{"No space left on device", "Disk quota exceeded"};

}  // namespace

bool says_disk_is_full(std::string_view message) {
  return std::ranges::any_of(kDiskFull, [message](std::string_view text) { return message.contains(text); });
}

bool says_lack_of_room(std::string_view message) {
  return exception_code_in(message) == kNotEnoughSpace || says_disk_is_full(message);
}

}  // namespace annals::engine
