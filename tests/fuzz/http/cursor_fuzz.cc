// Properties: the text of every position is read as that position, in its ordering alone; a text that is a
// cursor stays the same position when it is written again; an earlier version's cursor is never taken for one
// of today's; and an id in its notation is read as that id.
#include <array>
#include <string>

#include <boost/uuid/uuid.hpp>

#include "events/position.h"
#include "fuzz/fuzzing.h"
#include "input/foreign_id.h"

namespace annals::events {
namespace {

using fuzzing::require;

constexpr std::array kOrderings{Ordering::newest_first, Ordering::oldest_first, Ordering::arrival,
                                Ordering::by_record};

// Returns whether the two are one place in the ordering.
bool is_same(const Position& one, const Position& other, Ordering ordering) {
  if (ordering == Ordering::arrival) return one.arrival == other.arrival;
  const bool is_same_record = ordering != Ordering::by_record || one.record_id == other.record_id;
  return is_same_record && one.event_time == other.event_time && one.event_id == other.event_id;
}

bool are_of_time(Ordering one, Ordering other) {
  const auto is_of_time = [](Ordering ordering) { return ordering < Ordering::arrival; };
  return is_of_time(one) && is_of_time(other);
}

Position position_in(FuzzedDataProvider& input) {
  Uuid uuid = {};
  for (auto& byte : uuid.data) byte = input.ConsumeIntegral<std::uint8_t>();
  return {.record_id = input.ConsumeIntegral<std::uint64_t>(),
          .event_time = Timestamp(std::chrono::milliseconds(input.ConsumeIntegral<std::int64_t>())),
          .event_id = EventId(uuid),
          .arrival = input.ConsumeIntegral<std::uint64_t>()};
}

void check_writing(const Position& position) {
  for (const Ordering ordering : kOrderings) {
    const std::string text = position.text(ordering);
    for (const Ordering read : kOrderings) {
      const auto found = Position::parse(text, read);
      const bool expected = read == ordering || are_of_time(read, ordering);
      require(found.has_value() == expected, "a cursor to be one in its own ordering alone");
      require(!found || is_same(*found, position, ordering), "the position that was written");
    }
  }
}

void check_reading(std::string_view text) {
  for (const Ordering ordering : kOrderings) {
    const auto position = Position::parse(text, ordering);
    if (!position) continue;
    require(!Position::is_earlier_text(text), "a cursor to be of one version");
    const auto again = Position::parse(position->text(ordering), ordering);
    require(again && is_same(*again, *position, ordering), "the same position when it is written again");
  }
}

void check_id(std::string_view text, std::uint64_t max) {
  const auto id = input::id_in_notation(text, max);
  if (!id) return;
  require(id->is_string() || id->integer() <= max, "an integer within its bounds");
  const auto again = input::id_in_notation(id->notation(), max);
  require(again && *again == *id, "the same id when it is written again");
  const auto string = input::string_id(text);
  if (!string) return;
  const auto from_string = input::id_in_notation(string->notation(), max);
  require(from_string && *from_string == *string, "a string to stay a string");
}

}  // namespace
}  // namespace annals::events

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const auto max = input.ConsumeBool() ? UINT64_MAX : UINT32_MAX;
  annals::events::check_writing(annals::events::position_in(input));
  const std::string text = input.ConsumeRemainingBytesAsString();
  annals::events::check_reading(text);
  annals::events::check_id(text, max);
  return 0;
}
