#include "envelopes/cloud_events.h"

#include <algorithm>
#include <optional>

#include <boost/uuid/name_generator_sha1.hpp>

#include "envelopes/binary_attributes.h"
#include "envelopes/event_reader.h"
#include "ids/uuid.h"
#include "input/json_value.h"
#include "input/problems.h"
#include "text/base64.h"

namespace annals::envelopes {
namespace {

using events::Event;
using input::missing;
using input::ObjectFields;
using input::Place;
using input::Problems;
using Kind = input::JsonValue::Kind;
using Field = ObjectFields::Field;
using Members = std::vector<input::JsonMember>;

constexpr std::string_view kData = "data";
constexpr std::string_view kDataBase64 = "data_base64";
constexpr std::string_view kKeptAs = "cloudevent";

// The name space of event ids that are made from names, a random UUID: 7d1f4c0e-52a9-4c67-9b0f-3c8a5e6d2b41.
constexpr Uuid kNames{
    {0x7D, 0x1F, 0x4C, 0x0E, 0x52, 0xA9, 0x4C, 0x67, 0x9B, 0x0F, 0x3C, 0x8A, 0x5E, 0x6D, 0x2B, 0x41}};

Place within(Place place, std::string_view name) {
  place.emplace_back(std::string(name));
  return place;
}

// Adds a problem if an attribute occurs more than once: which of them identifies the event is then open.
void check_once(const Members& envelope, std::string_view name, ObjectFields& reader) {
  const auto is_it = [name](const input::JsonMember& member) { return member.key.is_string(name); };
  if (std::ranges::count_if(envelope, is_it) > 1) reader.add_problem(name, input::repeated_field());
}

// Returns an attribute, or nullopt if it is absent or null, which the JSON format treats alike.
Field attribute(const Members& envelope, std::string_view name) {
  Field field = input::find_member(envelope, name);
  if (field && field->kind() == Kind::null) field.reset();
  return field;
}

std::string required_text(const Members& envelope, std::string_view name, ObjectFields& reader) {
  const Field field = attribute(envelope, name);
  std::string text = reader.text(name, field);
  if (text.empty() && field && field->kind() == Kind::string) {
    reader.add_problem(name, input::shorter_than(1));
  }
  check_once(envelope, name, reader);
  return text;
}

void check_version(const Members& envelope, ObjectFields& reader) {
  const Field field = attribute(envelope, "specversion");
  const std::string version = reader.text("specversion", field);
  check_once(envelope, "specversion", reader);
  if (version == "1.0" || !field || field->kind() != Kind::string) return;
  reader.add_problem("specversion", input::none_of({"1.0"}));
}

Uuid id_of(const std::string& source, const std::string& id) {
  const std::string name = source + '\0' + id;
  return boost::uuids::name_generator_sha1(kNames)(name);
}

// Reads the attributes in the order of the specification, and returns what the event may take from them.
Fallbacks read_attributes(const Members& envelope, ObjectFields& reader, Timestamp now) {
  const std::string id = required_text(envelope, "id", reader);
  const std::string source = required_text(envelope, "source", reader);
  check_version(envelope, reader);
  required_text(envelope, "type", reader);
  const Field time = attribute(envelope, "time");
  check_once(envelope, "time", reader);
  return {.event_id = [uuid = id_of(source, id)] { return uuid; },
          .event_time = time ? reader.time("time", time) : now,
          .time_is_arrival = !time};
}

// Stores the attributes in the event, unless its data has the key under which they are stored.
void keep_attributes(Event& event, const input::JsonValue& data, Members envelope) {
  if (input::find_member(data.members(), kKeptAs)) return;
  std::erase_if(envelope, [](const input::JsonMember& member) {
    return member.key.is_string(kData) || member.key.is_string(kDataBase64);
  });
  std::string& kept = event.other_fields;
  if (kept.empty()) {
    kept = '{';
  } else {
    kept.back() = ',';
  }
  kept.append("\"").append(kKeptAs).append("\":").append(input::json_object(envelope)).append("}");
}

// The data of an event, and its place in the request.
struct Data {
  input::JsonValue value;
  Place place;
};

Decoded decode_data(const std::optional<Data>& data, const Fallbacks& fallbacks, Members envelope,
                    Problems problems) {
  if (!data) return problems;
  Event event = read_event(data->value, data->place, fallbacks, problems);
  if (!problems.empty()) return problems;
  keep_attributes(event, data->value, std::move(envelope));
  return event;
}

// Decodes `data_base64` into `bytes`, which the result refers to. Returns nullopt after adding a problem.
std::optional<Data> data_of_base64(const input::JsonValue& field, const Place& place, std::string& bytes,
                                   ObjectFields& reader, Problems& problems) {
  if (field.kind() != Kind::string) {
    reader.text(kDataBase64, field);
    return std::nullopt;
  }
  auto decoded = text::base64_decode(field.string());
  if (!decoded) {
    reader.add_problem(kDataBase64, input::not_base64());
    return std::nullopt;
  }
  bytes = std::move(*decoded);
  const Place in_data = within(place, kDataBase64);
  const auto document = parse_document(bytes, in_data);
  if (document) return Data{.value = *document, .place = in_data};
  problems.push_back(document.error());
  return std::nullopt;
}

// Returns the data of an envelope in JSON, or nullopt after adding a problem.
std::optional<Data> data_of(const Members& envelope, const Place& place, std::string& bytes,
                            ObjectFields& reader, Problems& problems) {
  const Field data = input::find_member(envelope, kData);
  const Field base64 = attribute(envelope, kDataBase64);
  if (data && base64) {
    reader.add_problem(kDataBase64, input::data_beside_base64());
    return std::nullopt;
  }
  if (base64) return data_of_base64(*base64, place, bytes, reader, problems);
  if (data) return Data{.value = *data, .place = within(place, kData)};
  reader.add_problem(kData, missing());
  return std::nullopt;
}

Decoded decode_envelope(const input::JsonValue& value, const Place& place, Timestamp now) {
  Problems problems;
  auto envelope = members_of(value, place, problems);
  if (!envelope) return problems;
  ObjectFields reader(place, problems);
  const Fallbacks fallbacks = read_attributes(*envelope, reader, now);
  std::string bytes;
  const auto data = data_of(*envelope, place, bytes, reader, problems);
  return decode_data(data, fallbacks, std::move(*envelope), std::move(problems));
}

}  // namespace

Decoded decode_cloud_event(std::string_view json, const Place& place, Timestamp now) {
  const auto document = parse_document(json, place);
  if (!document) return Problems{document.error()};
  return decode_envelope(*document, place, now);
}

void decode_cloud_events_batch(std::string_view json, Timestamp now, const TakeItem& take) {
  const Place body{"body"};
  const auto document = parse_document(json, body);
  if (!document) throw input::InvalidInput({document.error()});
  if (document->kind() != Kind::array) {
    throw input::InvalidInput({input::at(body, input::not_a_list())});
  }
  for_each_item(*document, [&](const input::JsonValue& item, std::int64_t index) {
    take(decode_envelope(item, {"body", index}, now));
  });
}

bool is_binary_cloud_event(const std::vector<std::pair<std::string, std::string>>& headers) {
  return std::ranges::any_of(headers,
                             [](const auto& header) { return header.first.starts_with(kAttributePrefix); });
}

Decoded decode_binary_cloud_event(const std::vector<std::pair<std::string, std::string>>& headers,
                                  std::string_view data, Timestamp now) {
  const Place in_header{"header"};
  const Place in_body{"body"};
  Problems problems;
  const std::string text = attributes_of(headers, problems);
  if (!problems.empty()) return problems;
  const auto attributes = input::parse_json(text, kMaxDepth);
  Members envelope = attributes->members();
  ObjectFields reader(in_header, problems, kAttributePrefix);
  const Fallbacks fallbacks = read_attributes(envelope, reader, now);
  const auto document = parse_document(data, in_body);
  if (!document) {
    problems.push_back(document.error());
    return problems;
  }
  return decode_data(Data{.value = *document, .place = in_body}, fallbacks, std::move(envelope),
                     std::move(problems));
}

}  // namespace annals::envelopes
