// The text of a cursor: "t<milliseconds>_<event id>" by time, "a<number>" by arrival,
// "r<record id>_<milliseconds>_<event id>" by record. The record id may be a string, in the notation of
// append_id_notation(); its number leads to the same place.

#include <charconv>

#include <fmt/format.h>

#include "events/position.h"
#include "events/string_ids.h"
#include "input/foreign_id.h"

namespace annals::events {
namespace {

/// Splits a text at its underscores, from left to right. Once a part is not of the requested type,
/// succeeded() returns false.
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(text) {}

  template <class Number>
  Number number() {
    const std::string_view text = next();
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) failed_ = true;
    return value;
  }

  Timestamp time() { return Timestamp(std::chrono::milliseconds(number<std::int64_t>())); }

  EventId id() {
    const auto id = EventId::parse(next());
    if (!id) failed_ = true;
    return id.value_or(EventId(Uuid{}));
  }

  [[nodiscard]] bool succeeded() const { return !failed_ && !rest_; }

 private:
  std::string_view next() {
    if (!rest_) {
      failed_ = true;
      return {};
    }
    const auto end = rest_->find('_');
    const std::string_view part = rest_->substr(0, end);
    rest_ = end == std::string_view::npos ? std::nullopt : std::optional(rest_->substr(end + 1));
    return part;
  }

  std::optional<std::string_view> rest_;  // nullopt after the last part
  bool failed_ = false;
};

/// Splits off the record id, which may have underscores of its own: of the three parts it is the first.
std::optional<std::uint64_t> take_record(std::string_view& text) {
  const auto last = text.rfind('_');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  const auto end = text.rfind('_', last - 1);
  if (end == std::string_view::npos) return std::nullopt;
  const auto id = input::id_in_notation(text.substr(0, end), max_of(IdColumn::record_id));
  if (!id) return std::nullopt;
  text.remove_prefix(end + 1);
  return stored_number(IdColumn::record_id, *id);
}

char letter_of(Ordering ordering) {
  switch (ordering) {
    case Ordering::newest_first:
    case Ordering::oldest_first:
      return 't';
    case Ordering::arrival:
      return 'a';
    case Ordering::by_record:
      return 'r';
  }
  return '?';
}

}  // namespace

std::string Position::text(Ordering ordering) const {
  const char letter = letter_of(ordering);
  if (ordering == Ordering::arrival) return fmt::format("{}{}", letter, arrival);
  const std::string record = ordering == Ordering::by_record ? fmt::format("{}_", record_id) : "";
  return fmt::format("{}{}{}_{}", letter, record, event_time.time_since_epoch().count(), event_id.text());
}

bool Position::is_earlier_text(std::string_view text) {
  if (!text.starts_with('a')) return false;
  Parts parts(text.substr(1));  // a block, a place and a commit
  for (int i = 0; i < 3; ++i) parts.number<std::uint64_t>();
  return parts.succeeded();
}

std::optional<Position> Position::parse(std::string_view text, Ordering ordering) {
  if (text.empty() || text.front() != letter_of(ordering)) return std::nullopt;
  text.remove_prefix(1);
  Position position;
  if (ordering == Ordering::by_record) {
    const auto record = take_record(text);
    if (!record) return std::nullopt;
    position.record_id = *record;
  }
  Parts parts(text);
  if (ordering == Ordering::arrival) {
    position.arrival = parts.number<std::uint64_t>();
  } else {
    position.event_time = parts.time();
    position.event_id = parts.id();
  }
  if (!parts.succeeded()) return std::nullopt;
  return position;
}

}  // namespace annals::events
