#include "api/described/history.h"

#include <algorithm>
#include <iterator>

#include "api/described/common.h"
#include "api/described/event_schemas.h"
#include "api/described/limits.h"
#include "api/described/names.h"

namespace annals::api::described {
namespace {

using http::Answer;
using http::Operation;
using http::Parameter;
using http::Schema;
namespace schemas = http::schemas;

/// Returns the parameter and the header that decide how an answer writes integers.
std::vector<Parameter> number_parameters() {
  constexpr const char* kSummary =
      "With `string`, the ids and the numbers of events are strings, for readers that round integers.";
  auto header = header_parameter("X-Annals-Numbers", kSummary);
  header.type = schemas::words({"number", "string"});
  return {{.name = "numbers",
           .type = schemas::words({"number", "string"}).with("default", "number"),
           .summary = kSummary},
          std::move(header)};
}

Parameter names_parameter() {
  return {.name = "names",
          .type = Schema("boolean").with("default", false),
          .summary = "Whether to give the names of ids beside them, see `GET /api/names`."};
}

/// Returns the parameters that make a filter, followed by `others`.
std::vector<Parameter> filter_parameters(std::vector<Parameter> others) {
  std::vector<Parameter> parameters{
      {.name = "record_id",
       .type = record_id(),
       .summary = "Only events of this record: an integer, a text, or a text of digits in quotation marks.",
       .repeatable = true,
       .example = "7"},
      {.name = "event_type_id",
       .type = event_type_id(),
       .summary = "Only events of this type.",
       .repeatable = true},
      {.name = "source_type_id",
       .type = source_type_id(),
       .summary = "Only events from sources of this type.",
       .repeatable = true},
      {.name = "source_id",
       .type = source_id(),
       .summary = "Only events from this source.",
       .repeatable = true},
      {.name = "event_id",
       .type = schemas::uuid(),
       .summary = "Only the event of this id.",
       .repeatable = true},
      {.name = "event_time_from",
       .type = schemas::time(),
       .summary = "Only events of this time and later; a date is its first moment in UTC."},
      {.name = "event_time_to", .type = schemas::time(), .summary = "Only events before this time."},
      {.name = "q",
       .type = schemas::text(),
       .summary = "Only events with all these words in event_data, up to 64: `\"side by side\"`, `begin*`."},
      {.name = "fields",
       .type = schemas::map_to(schemas::any_of({schemas::text(), schemas::list(schemas::text())})),
       .summary = "Only events with these values in fields of event_data, as in `data.user.id=7`, and of "
                  "further keys, as in `field.region=eu`; each is a parameter of its own."}};
  std::ranges::move(number_parameters(), std::back_inserter(parameters));
  std::ranges::move(others, std::back_inserter(parameters));
  return parameters;
}

Parameter event_id() {
  return path_parameter("event_id", "The event's id.", kSomeEvent);
}

/// Adds what an answer with an ETag takes and may be.
Operation tagged(Operation operation) {
  operation.parameters.push_back(header_parameter("If-None-Match", "The ETag of an earlier answer."));
  operation.answers.front().headers.push_back(
      header_parameter("ETag", "Names this answer until an event of the tenant is stored."));
  operation.answers.push_back(
      {.status = 304, .summary = "The earlier answer still holds.", .content_type = {}});
  return operation;
}

Answer invalid_numbers() {
  return invalid_query("numbers", "value is not a valid enumeration member; permitted: 'number', 'string'",
                       "type_error.enum");
}

Schema event_page() {
  const auto number = schemas::nullable(schemas::count());
  const auto url = schemas::nullable(schemas::url());
  return schemas::named(
      "EventPage", "A page of events.",
      schemas::object(
          {{.name = "limit", .type = schemas::count(), .summary = "How many events a page has at most."},
           {.name = "offset", .type = schemas::count(), .summary = "How many events come before this page."},
           {.name = "total_count",
            .type = number,
            .summary = "How many events the tenant has; null: not counted."},
           {.name = "filtered_count",
            .type = number,
            .summary = "How many events the filter has; null: not counted."},
           {.name = "next", .type = url, .summary = "The URL of the next page; null: this is the last one."},
           {.name = "previous", .type = url, .summary = "The URL of the page before, when paging by offset."},
           {.name = "results", .type = schemas::list(event()), .summary = "The events of this page."}}));
}

Schema groups() {
  const auto id = [](std::string name, const Schema& type) {
    return schemas::Member{.name = std::move(name),
                           .type = type,
                           .summary = "Of the group's events, if `by` names it.",
                           .optional = true};
  };
  const auto group = schemas::named(
      "EventGroup", "How many events have these ids and lie in this bucket of time.",
      schemas::object({{.name = "time",
                        .type = schemas::time(),
                        .summary = "When the bucket begins, if `bucket` is sent.",
                        .optional = true},
                       id("event_type_id", event_type_id()),
                       id("source_type_id", source_type_id()),
                       id("source_id", source_id()),
                       id("record_id", record_id()),
                       {.name = "count", .type = schemas::count(), .summary = "How many events it has."},
                       {.name = "names",
                        .type = names_of_ids(),
                        .summary = "What people call these ids.",
                        .optional = true}}));
  return schemas::named(
      "EventGroups", "Counted events.",
      schemas::object({{.name = "results", .type = schemas::list(group), .summary = "The groups."},
                       {.name = "more",
                        .type = Schema("boolean"),
                        .summary = "Whether there are more groups than these."}}));
}

constexpr const char* kStoredEvent =
    R"({"event_id":"6f1c2b1e-55f0-4c5e-9d0e-0d6a4f6c7b11","event_time":"2026-11-27T09:30:00.000Z",)"
    R"("event_type_id":1,"record_id":7,"source_type_id":1,"source_id":3,)"
    R"("event_data":{"status":["draft","approved"]},"file_id":null})";

}  // namespace

Operation list_events() {
  auto operation = tagged(
      {.name = "list_events",
       .summary = "Lists a tenant's events, page by page.",
       .details =
           "A page ends after 4 MiB, so only `next` says whether more events follow. Unknown parameters are "
           "refused.",
       .tag = kHistory,
       .parameters = filter_parameters(
           {{.name = "ordering",
             .type = schemas::words({"-event_time", "event_time", "arrival"}).with("default", "-event_time"),
             .summary =
                 "`arrival` is the order in which events were committed, so that a poller misses none."},
            {.name = "limit", .type = integer(kPageLimit), .summary = "Events per page."},
            {.name = "offset", .type = integer(kEventOffset), .summary = "Events to skip."},
            {.name = "cursor",
             .type = schemas::text(),
             .summary = "Where to resume, instead of an offset; begin with an empty one and follow `next`."},
            {.name = "count",
             .type = Schema("boolean"),
             .summary = "Whether to count the events; by default with an offset, and not with a cursor."},
            names_parameter()}),
       .answers = {{.status = 200,
                    .summary = "A page of events.",
                    .schema = event_page(),
                    .examples = {R"({"limit":50,"offset":0,"total_count":5,"filtered_count":1,"next":null,)"
                                 R"("previous":null,"results":[)" +
                                 std::string(kStoredEvent) + "]}"}},
                   invalid_numbers()}});
  operation.answers.front().headers.push_back(
      header_parameter("X-Annals-Cursor",
                       "The `cursor` after this page, for the same filters; absent: this is the last page."));
  return operation;
}

Operation count_events() {
  return tagged(
      {.name = "count_events",
       .summary = "Counts a tenant's events by time and by ids.",
       .tag = kHistory,
       .parameters = filter_parameters(
           {{.name = "bucket",
             .type = schemas::words({"minute", "hour", "day", "week", "month"}),
             .summary = "Groups by time; `day` if neither this nor `by` is sent.",
             .example = "day"},
            {.name = "tz",
             .type = schemas::text().with("default", "UTC"),
             .summary = "The time zone in which buckets begin, such as Europe/Berlin."},
            {.name = "by",
             .type = schemas::words({"event_type_id", "source_type_id", "source_id", "record_id"}),
             .summary = "Groups by this id.",
             .repeatable = true},
            {.name = "ordering",
             .type = schemas::words({"group", "-count"}).with("default", "group"),
             .summary = "`-count` lists the largest groups first."},
            {.name = "limit", .type = integer(kGroupLimit), .summary = "The number of groups."},
            names_parameter()}),
       .answers = {{.status = 200,
                    .summary = "The groups and their numbers.",
                    .schema = groups(),
                    .examples = {R"({"results":[{"time":"2026-11-27T00:00:00Z","count":1}],"more":false})"}},
                   invalid_numbers()}});
}

Operation export_events() {
  auto name = header_parameter("Content-Disposition", "The name of the download.");
  return {.name = "export_events",
          .summary = "Returns all events of a filter by record, time and id.",
          .details =
              "The answer is a stream of any size. To resume one that broke off, send "
              "`after=r<record_id>_<milliseconds since 1970>_<event_id>` of the last event that arrived.",
          .tag = kHistory,
          .parameters = filter_parameters(
              {{.name = "format",
                .type = schemas::words({"ndjson", "csv", "parquet"}).with("default", "ndjson"),
                .summary = "The form of the answer."},
               {.name = "after", .type = schemas::text(), .summary = "Where to resume."}}),
          .answers = {{.status = 200,
                       .summary = "The events.",
                       .content_type = "application/x-ndjson",
                       .schema = schemas::text(),
                       .examples = {std::string(kStoredEvent) + "\n"},
                       .more = {{.type = "text/csv", .schema = schemas::text()},
                                {.type = "application/vnd.apache.parquet", .schema = schemas::text()}},
                       .headers = {std::move(name)}},
                      invalid_numbers()}};
}

Operation tail_events() {
  return {.name = "tail_events",
          .summary = "Sends new events as they are committed.",
          .details =
              "The answer is a stream of server-sent events: `data` is an event in JSON, `id` a place to "
              "resume after. It begins with the next event; with an empty `cursor` with the first one. At "
              "its end "
              "comes an event `end`, whose `data` is `{\"reconnect\":true}` if the service stops, and "
              "`{\"reconnect\":false}` if the caller may no longer read.",
          .tag = kHistory,
          .parameters = filter_parameters(
              {{.name = "cursor", .type = schemas::text(), .summary = "Where to resume."},
               names_parameter(),
               header_parameter("Last-Event-ID", "Where to resume; browsers send it by themselves.")}),
          .answers = {{.status = 200,
                       .summary = "Server-sent events.",
                       .content_type = "text/event-stream",
                       .schema = schemas::text(),
                       .examples = {": annals\nretry: 1730\nid: a0\n\n"}},
                      invalid_query("cursor", "invalid cursor", "value_error.cursor")}};
}

Operation get_event() {
  auto parameters = number_parameters();
  parameters.insert(parameters.begin(), event_id());
  parameters.push_back(names_parameter());
  return tagged(
      {.name = "get_event",
       .summary = "Returns one event.",
       .tag = kHistory,
       .parameters = std::move(parameters),
       .answers = {{.status = 200, .summary = "The event.", .schema = event(), .examples = {kStoredEvent}},
                   error(404, "There is no such event.", {"Event not found."}),
                   invalid_numbers()}});
}

Operation get_event_file() {
  const auto url = schemas::named(
      "FileUrl", "Where a file is.",
      schemas::object(
          {{.name = "file_url",
            .type = schemas::url(),
            .summary = "Valid for a limited time; it needs no credentials, and must get none."},
           {.name = "file_id", .type = schemas::uuid(), .summary = "The file's id."},
           {.name = "size",
            .type = schemas::nullable(schemas::uint64()),
            .summary = "With `details=true`: the file's bytes when the event was stored; null if it was "
                       "not there.",
            .optional = true},
           {.name = "sha256",
            .type = schemas::nullable(schemas::text()),
            .summary = "With `details=true`: the SHA-256 that it had, in hexadecimal; null if it is not "
                       "known.",
            .optional = true}}));
  auto location = header_parameter("Location", "The file's URL.");
  return {
      .name = "get_event_file",
      .summary = "Leads to the file that is attached to an event.",
      .details =
          "With `Accept: application/json` the answer has the URL, otherwise it is a redirect. Do not let "
          "a client follow that one with a key in a header: the file may be on another host.",
      .tag = kHistory,
      .parameters = {event_id(),
                     {.name = "details",
                      .type = Schema("boolean"),
                      .summary = "Whether the answer has what the event keeps of the file."}},
      .answers = {{.status = 200,
                   .summary = "The file's URL, to clients that accept JSON.",
                   .schema = url,
                   .examples = {R"({"file_url":"http://127.0.0.1:8080/files/demo/)" + std::string(kSomeFile) +
                                R"(?X-Annals-Signature=…","file_id":")" + std::string(kSomeFile) + R"("})"}},
                  {.status = 307,
                   .summary = "A redirect to the file.",
                   .content_type = {},
                   .headers = {std::move(location)}},
                  error(404, "There is no such event, or no such file.",
                        {"Event not found.", "Event has no file.", "File not found."}),
                  invalid_query("details", "value could not be parsed to a boolean", "type_error.bool")}};
}

}  // namespace annals::api::described
