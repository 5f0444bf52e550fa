#include "envelopes/event_decoder.h"

#include <utility>

#include "envelopes/event_reader.h"

namespace annals::envelopes {
namespace {

using events::Event;
using input::at;
using input::not_a_dict;
using input::Place;
using input::Problems;
using Kind = input::JsonValue::Kind;

Decoded decode_value(const input::JsonValue& value, const Place& place, const Fallbacks& fallbacks) {
  Problems problems;
  Event event = read_event(value, place, fallbacks, problems);
  if (!problems.empty()) return problems;
  return event;
}

}  // namespace

Decoded decode_event(std::string_view json, const Place& place, bool complete, Timestamp now) {
  const auto document = parse_document(json, place);
  if (!document) return Problems{document.error()};
  return decode_value(*document, place, complete ? Fallbacks{} : fallbacks_at(now));
}

void decode_json(std::string_view json, Timestamp now, const TakeItem& take) {
  const Place body{"body"};
  const auto document = parse_document(json, body);
  if (!document) throw input::InvalidInput({document.error()});
  const Fallbacks fallbacks = fallbacks_at(now);
  if (document->kind() == Kind::object) {
    take(decode_value(*document, body, fallbacks));
    return;
  }
  if (document->kind() != Kind::array) throw input::InvalidInput({at(body, not_a_dict())});
  for_each_item(*document, [&](const input::JsonValue& item, std::int64_t index) {
    take(decode_value(item, {"body", index}, fallbacks));
  });
}

}  // namespace annals::envelopes
