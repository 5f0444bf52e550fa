// The text of a cursor: "t<milliseconds>_<event id>" by time, "a<block>_<place>_<commit>" by arrival.

#include <charconv>

#include <fmt/format.h>
#include <boost/uuid/uuid_io.hpp>

#include "events/history.h"
#include "events/uuid.h"

namespace annals::events {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string Position::text(Ordering ordering) const {
  if (ordering == Ordering::arrival) return fmt::format("a{}_{}_{}", block, place, commit);
  return fmt::format("t{}_{}", event_time.time_since_epoch().count(), boost::uuids::to_string(event_id));
}

std::optional<Position> Position::parse(std::string_view text, Ordering ordering) {
  const auto middle = text.find('_');
  const char kind = ordering == Ordering::arrival ? 'a' : 't';
  if (text.empty() || text.front() != kind || middle == std::string_view::npos) return std::nullopt;
  const std::string_view first = text.substr(1, middle - 1);
  const std::string_view second = text.substr(middle + 1);
  if (ordering == Ordering::arrival) {
    const auto last = second.find('_');
    if (last == std::string_view::npos) return std::nullopt;
    const auto block = parse_number<std::uint64_t>(first);
    const auto place = parse_number<std::uint32_t>(second.substr(0, last));
    const auto commit = parse_number<std::uint64_t>(second.substr(last + 1));
    if (!block || !place || !commit) return std::nullopt;
    return Position{.block = *block, .place = *place, .commit = *commit};
  }
  const auto milliseconds = parse_number<std::int64_t>(first);
  const auto id = parse_uuid(second);
  if (!milliseconds || !id) return std::nullopt;
  return Position{.event_time = Timestamp(std::chrono::milliseconds(*milliseconds)), .event_id = *id};
}

}  // namespace annals::events
