#include "envelopes/event_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "envelopes/event_decoder.h"
#include "events/string_ids.h"
#include "ids/uuid.h"

namespace annals::envelopes {
namespace {

using events::Event;
using input::at;
using input::missing;
using input::ObjectFields;
using input::Place;
using input::Problems;
using Kind = input::JsonValue::Kind;
using Field = ObjectFields::Field;

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMax64 = std::numeric_limits<std::uint64_t>::max();

// The values of the keys that are members of an Event.
struct Named {
  Field event_id, event_time, event_type_id, record_id, source_id, source_type_id, event_data, file_id;
};

struct Key {
  std::string_view name;
  Field Named::* field;
};

constexpr std::array<Key, 8> kKeys{{{"event_id", &Named::event_id},
                                    {"event_time", &Named::event_time},
                                    {"event_type_id", &Named::event_type_id},
                                    {"record_id", &Named::record_id},
                                    {"source_id", &Named::source_id},
                                    {"source_type_id", &Named::source_type_id},
                                    {"event_data", &Named::event_data},
                                    {"file_id", &Named::file_id}}};

// Moves the known keys to `named`, each with its last value, and leaves the others in `members`.
void take_named(std::vector<input::JsonMember>& members, Named& named) {
  std::string room;
  std::erase_if(members, [&named, &room](const input::JsonMember& member) {
    const auto key = std::ranges::find(kKeys, member.key.string(room), &Key::name);
    if (key == kKeys.end()) return false;
    named.*(key->field) = member.value;
    return true;
  });
}

}  // namespace

Fallbacks fallbacks_at(Timestamp now) {
  return {.event_id = random_uuid, .event_time = now, .time_is_arrival = true};
}

Event read_event(const input::JsonValue& value, const Place& place, const Fallbacks& fallbacks,
                 Problems& problems) {
  Event event{};
  auto members = members_of(value, place, problems);
  if (!members) return event;
  Named named;
  take_named(*members, named);

  ObjectFields reader(place, problems);
  const bool make_id = !named.event_id && fallbacks.event_id;
  event.event_id = make_id ? EventId(fallbacks.event_id()) : EventId(reader.uuid("event_id", named.event_id));
  const bool make_time = !named.event_time && fallbacks.event_time;
  event.event_time = make_time ? *fallbacks.event_time : reader.time("event_time", named.event_time);
  event.time_is_arrival = make_time && fallbacks.time_is_arrival;
  const ForeignId event_type = reader.id("event_type_id", named.event_type_id, kMax32);
  const ForeignId record = reader.id("record_id", named.record_id, kMax64);
  const ForeignId source = reader.id("source_id", named.source_id, kMax64);
  const ForeignId source_type = reader.id("source_type_id", named.source_type_id, kMax32);
  events::set_ids(event, {event_type, record, source_type, source});
  if (named.event_data) {
    event.event_data = named.event_data->text();  // null too: it is a JSON value like any other
  } else {
    reader.add_problem("event_data", missing());
  }
  if (named.file_id && named.file_id->kind() != Kind::null)
    event.file_id = FileId(reader.uuid("file_id", named.file_id));
  event.other_fields = input::json_object(*members);
  return event;
}

void for_each_item(const input::JsonValue& array,
                   const std::function<void(const input::JsonValue& item, std::int64_t index)>& take) {
  std::int64_t index = 0;
  array.for_each_element([&](const input::JsonValue& item) {
    if (index == kMaxItems) throw input::InvalidInput({at({"body"}, input::more_items_than(kMaxItems))});
    take(item, index++);
  });
}

std::expected<input::JsonValue, input::FieldProblem> parse_document(std::string_view text,
                                                                    const Place& place) {
  if (text.empty()) return std::unexpected(at(place, missing()));
  auto document = input::parse_json(text, kMaxDepth);
  if (!document) return std::unexpected(at(place, std::move(document.error())));
  if (document->kind() == Kind::null) return std::unexpected(at(place, missing()));
  return document;
}

}  // namespace annals::envelopes
