#include "api/described/events.h"

#include "api/described/common.h"
#include "api/described/event_schemas.h"
#include "http/openapi/common_answers.h"

namespace annals::api::described {
namespace {

using http::Operation;
using http::Schema;
using http::schemas::Others;
namespace schemas = http::schemas;

Schema envelope() {
  const auto unused = [](std::string name, const Schema& type) {
    return schemas::Member{
        .name = std::move(name), .type = type, .summary = "Not looked at.", .optional = true};
  };
  return schemas::named(
      "EventBridgeEnvelope", "The envelope of AWS EventBridge around an event.",
      schemas::object({unused("version", {}),
                       unused("id", {}),
                       unused("detail-type", {}),
                       {.name = "source",
                        .type = schemas::text(),
                        .summary = "Names the tenant by its `client_id` or its `database_name`. The setting "
                                   "`event_bridge.tenant_field` may choose another field."},
                       unused("account", {}),
                       unused("time", {}),
                       unused("region", {}),
                       unused("resources", {}),
                       {.name = "detail", .type = event_in_envelope(), .summary = "The event."}},
                      Others::ignored));
}

Schema cloud_event() {
  return schemas::named(
      "CloudEvent", "A CloudEvent 1.0 in JSON. Its attributes are kept under the key `cloudevent`.",
      schemas::object(
          {{.name = "specversion", .type = schemas::constant("1.0"), .summary = "The version."},
           {.name = "id",
            .type = schemas::text(1, SIZE_MAX),
            .summary = "Identifies the event together with `source`."},
           {.name = "source", .type = schemas::text(1, SIZE_MAX), .summary = "Where it comes from."},
           {.name = "type", .type = schemas::text(1, SIZE_MAX), .summary = "What kind of event it is."},
           {.name = "time",
            .type = schemas::time(),
            .summary = "Replaces an absent `event_time`.",
            .optional = true},
           {.name = "data", .type = new_event(), .summary = "The event.", .optional = true},
           {.name = "data_base64",
            .type = schemas::text(),
            .summary = "The event in Base64, instead of `data`.",
            .optional = true}},
          Others::kept));
}

Schema stored() {
  const auto bad = schemas::named(
      "RefusedItem", "An item that was not stored.",
      schemas::object(
          {{.name = "index", .type = schemas::count(), .summary = "Its place in the request, from 0."},
           {.name = "detail",
            .type = schemas::list(http::field_problem_schema()),
            .summary = "What is wrong with it."}}));
  return schemas::named(
      "StoredEvents", "What became of the events of a request.",
      schemas::object(
          {{.name = "accepted", .type = schemas::count(), .summary = "Events that were stored."},
           {.name = "duplicates",
            .type = schemas::count(),
            .summary = "Events that were there already; the first content stays."},
           {.name = "errors",
            .type = schemas::list(bad, 0, 1000),
            .summary = "With `on_error=skip`, the first thousand items that were refused."},
           {.name = "conflicts",
            .type = schemas::count(),
            .summary = "Duplicates whose content differs from what is stored: their sender uses an id twice.",
            .optional = true},
           {.name = "expired",
            .type = schemas::count(),
            .summary = "Events that are past the tenant's retention already.",
            .optional = true},
           {.name = "errors_left_out",
            .type = schemas::count(),
            .summary = "Refused items beyond the first thousand.",
            .optional = true}}));
}

constexpr const char* kEventExample =
    R"({"event_id":"6f1c2b1e-55f0-4c5e-9d0e-0d6a4f6c7b11","event_time":"2026-11-27T09:30:00.000Z",)"
    R"("event_type_id":1,"record_id":7,"source_type_id":1,"source_id":3,)"
    R"("event_data":{"status":["draft","approved"]}})";
constexpr const char* kLineExample =
    R"({"event_type_id":1,"record_id":9,"source_type_id":1,"source_id":3,"event_data":["one"]})"
    "\n"
    R"({"event_type_id":1,"record_id":9,"source_type_id":1,"source_id":3,"event_data":["two"]})"
    "\n";
constexpr const char* kCloudEventExample =
    R"({"specversion":"1.0","id":"42","source":"/orders","type":"order.changed","time":"2026-11-27T09:31:00Z",)"
    R"("data":{"event_type_id":2,"record_id":9,"source_type_id":1,"source_id":3,"event_data":{"paid":true}}})";
constexpr const char* kEnvelopeExample =
    R"({"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103","detail-type":"order","source":"demo",)"
    R"("account":"111122223333","time":"2026-11-27T09:32:00Z","region":"eu-west-2","resources":[],)"
    R"("detail":{"event_id":"e0d1f3c4-9a1b-4e2d-8c3f-5b6a7d8e9f01","event_time":"2026-11-27T09:32:00.000Z",)"
    R"("event_type_id":1,"record_id":8,"source_id":3,"source_type_id":1,"event_data":["created"]}})";

}  // namespace

Operation create_event_from_event_bridge() {
  auto client = header_parameter("X-Client-Id", "The tenant's id, which must be that of the envelope.");
  return {.name = "create_event_from_event_bridge",
          .summary = "Stores the event in an AWS EventBridge envelope for the tenant that it names.",
          .details = "An event that is there already is answered in the same way.",
          .tag = kEvents,
          .parameters = {std::move(client)},
          .body = json_body("The envelope.", envelope(), kEnvelopeExample),
          .answers = {{.status = 201,
                       .summary = "The event is stored, or was before.",
                       .schema = schemas::object({{.name = "detail",
                                                   .type = schemas::constant("Event created."),
                                                   .summary = "Always the same."}}),
                       .examples = {R"({"detail":"Event created."})"}},
                      error(400, "The envelope names no tenant.", {"'nobody' tenant not found in database."}),
                      error(403, "The tenant is suspended.", {"Client is suspended."}),
                      {.status = 422,
                       .summary = "The envelope or the event is invalid; all problems are listed.",
                       .examples = {R"({"detail":[{"loc":["body","detail","record_id"],)"
                                    R"("msg":"field required","type":"value_error.missing"}]})"}},
                      error(429, "A quota of the tenant is used up, or too many of its events wait.",
                            {"Quota bytes_per_day of 1000000000 is used up: 999999990 bytes came today, and "
                             "95 more were sent."})}};
}

Operation create_events() {
  const auto event = new_event();
  return {
      .name = "create_events",
      .summary = "Stores events: one, an array, CloudEvents, or any number of lines.",
      .details =
          "A body of JSON is stored as a whole or not at all. Lines are stored while they arrive; the first "
          "bad one ends the request with 422, and the events before it stay stored. A CloudEvent in binary "
          "mode has its attributes in headers that begin with `ce-`.",
      .tag = kEvents,
      .parameters = {{.name = "on_error",
                      .type = schemas::words({"fail", "skip"}).with("default", "fail"),
                      .summary =
                          "`fail` refuses bad events with the whole request, `skip` lists them and stores "
                          "the others."}},
      .body =
          http::BodyForms{.summary = "The events.",
                          .contents = {{.type = "application/json",
                                        .schema = schemas::any_of({event, schemas::list(event, 0, 500'000)}),
                                        .example = kEventExample},
                                       {.type = "application/x-ndjson",
                                        .schema = schemas::text(),
                                        .example = kLineExample},
                                       {.type = "application/cloudevents+json",
                                        .schema = cloud_event(),
                                        .example = kCloudEventExample},
                                       {.type = "application/cloudevents-batch+json",
                                        .schema = schemas::list(cloud_event()),
                                        .example = "[" + std::string(kCloudEventExample) + "]"}}},
      .answers = {{.status = 201,
                   .summary = "How many events were stored.",
                   .schema = stored(),
                   .examples = {R"({"accepted":1,"duplicates":0,"errors":[]})"}},
                  invalid_body("record_id", "field required", "value_error.missing"),
                  error(429, "Too many events of this tenant wait, or a quota of it is used up.",
                        {"Quota bytes_per_day of 1000000000 is used up: 999999990 bytes came today, and 95 "
                         "more were sent."})}};
}

}  // namespace annals::api::described
