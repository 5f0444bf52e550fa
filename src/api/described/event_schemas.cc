#include "api/described/event_schemas.h"

#include <utility>
#include <vector>

#include "api/described/names.h"
#include "ids/foreign_id.h"

namespace annals::api::described {
namespace {

using http::Schema;
using http::schemas::Member;
using http::schemas::Others;
namespace schemas = http::schemas;

/// Returns the members of an event that is sent. Without an envelope two of them may be left out.
std::vector<Member> members_of_new_event(bool makes_what_is_absent) {
  const std::string made = makes_what_is_absent ? " It is made if it is left out." : "";
  return {{.name = "event_id",
           .type = schemas::uuid(),
           .summary = "Identifies the event: sent again, it is stored once, with the first content." + made,
           .optional = makes_what_is_absent},
          {.name = "event_time",
           .type = schemas::time(),
           .summary = "When it happened, from 1900 to 2299; kept to the millisecond, in UTC." + made,
           .optional = makes_what_is_absent},
          {.name = "event_type_id", .type = event_type_id(), .summary = "What kind of event it is."},
          {.name = "record_id", .type = record_id(), .summary = "The record that it is about."},
          {.name = "source_type_id", .type = source_type_id(), .summary = "What kind of source it has."},
          {.name = "source_id", .type = source_id(), .summary = "Who or what caused it."},
          {.name = "event_data", .type = {}, .summary = "Any JSON value; it is given back byte for byte."},
          {.name = "file_id",
           .type = schemas::nullable(schemas::uuid()),
           .summary = "The file that is attached, from `GET /api/files/upload-url`.",
           .optional = true}};
}

/// Returns the schema of an id that its sender chose as a text, such as ORD-17.
Schema string_id() {
  return schemas::text(1, ForeignId::kMaxLength);
}

}  // namespace

Schema record_id() {
  return schemas::any_of({schemas::uint64(), string_id()});
}

Schema source_id() {
  return schemas::any_of({schemas::uint64(), string_id()});
}

Schema event_type_id() {
  return schemas::any_of({schemas::uint32(), string_id()});
}

Schema source_type_id() {
  return schemas::any_of({schemas::uint32(), string_id()});
}

Schema new_event() {
  return schemas::named("NewEvent", "An event as it is sent. Further keys are kept and given back.",
                        schemas::object(members_of_new_event(true), Others::kept));
}

Schema event_in_envelope() {
  return schemas::named("EventInEnvelope", "The event in an envelope. Further keys are kept and given back.",
                        schemas::object(members_of_new_event(false), Others::kept));
}

Schema event() {
  return schemas::named(
      "Event", "An event as it is given out, with the further keys that it was sent with.",
      schemas::object(
          {{.name = "event_id", .type = schemas::uuid(), .summary = "The event's id, in lower case."},
           {.name = "event_time", .type = schemas::time(), .summary = "When it happened, in UTC."},
           {.name = "event_type_id", .type = event_type_id(), .summary = "What kind of event it is."},
           {.name = "record_id", .type = record_id(), .summary = "The record that it is about."},
           {.name = "source_type_id", .type = source_type_id(), .summary = "What kind of source it has."},
           {.name = "source_id", .type = source_id(), .summary = "Who or what caused it."},
           {.name = "event_data", .type = {}, .summary = "As it was sent."},
           {.name = "file_id",
            .type = schemas::nullable(schemas::uuid()),
            .summary = "The file that is attached; null: none."},
           {.name = "names",
            .type = schemas::any_of({names_of_ids(), Schema()}),
            .summary = "What people call the ids, with `names=true`; or a key that the event was sent with.",
            .optional = true}},
          Others::kept));
}

}  // namespace annals::api::described
