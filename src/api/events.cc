#include "api/events.h"

#include <chrono>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "envelopes/cloud_events.h"
#include "envelopes/event_bridge.h"
#include "envelopes/event_decoder.h"
#include "error.h"
#include "http/media_type.h"
#include "http/problem.h"
#include "http/query_fields.h"
#include "input/object_fields.h"
#include "text/time.h"

namespace annals::api {
namespace {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using envelopes::decode_binary_cloud_event;
using envelopes::decode_cloud_event;
using envelopes::decode_cloud_events_batch;
using envelopes::decode_json;
using envelopes::Decoded;
using envelopes::DecodedItems;
using envelopes::Enveloped;
using http::Request;
using http::Response;
using lanes::Intake;
using lanes::IntakeResult;

/// The limit of a request that is stored all or nothing. NDJSON is limited by the line only.
constexpr std::size_t kMaxWhole = std::size_t{32} << 20U;
constexpr std::uint64_t kMaxStreamed = std::uint64_t{1} << 42U;

Error unknown_addressee(std::string_view name) {
  return {ErrorCode::tenant_not_in_database, fmt::format("'{}' tenant not found in database.", name)};
}

/// Throws InvalidInput if the body is declared as anything but JSON, without reading it.
void refuse_other_than_json(const Request& request, std::string_view body) {
  if (body.empty() || http::says_json(request)) return;
  throw input::InvalidInput({input::at({"body"}, input::not_a_dict())});
}

DecodedItems decode_whole(const std::string& type, const Request& request, std::string_view body,
                          bool skip_bad) {
  refuse_other_than_json(request, body);
  DecodedItems items{.skip_bad = skip_bad};
  const auto take = [&items](Decoded item) { items.add(std::move(item)); };
  if (type == "application/cloudevents+json") {
    take(decode_cloud_event(body, {"body"}, text::now()));
  } else if (type == "application/cloudevents-batch+json") {
    decode_cloud_events_batch(body, text::now(), take);
  } else if (request.header("ce-specversion") != nullptr) {
    take(decode_binary_cloud_event(request.headers, body, text::now()));
  } else {
    decode_json(body, text::now(), take);
  }
  return items;
}

bool skips_bad(const Request& request) {
  http::QueryFields fields(request);
  const auto chosen = fields.one_of("on_error", {"fail", "skip"});
  fields.forbid_others();
  fields.check();
  return chosen == "skip";
}

Response respond(const IntakeResult& result) {
  boost::json::array errors;
  for (const auto& [index, problems] : result.bad.listed()) {
    errors.push_back(boost::json::object{{"index", index}, {"detail", input::detail_of(problems)}});
  }
  boost::json::object body{{"accepted", result.counts.accepted},
                           {"duplicates", result.counts.duplicates},
                           {"errors", std::move(errors)}};
  if (result.bad.left_out() > 0) body["errors_left_out"] = result.bad.left_out();
  return http::json(http::Status::created, boost::json::serialize(body));
}

}  // namespace

void Events::add_to(http::Router& router, const Admission& admission) {
  router.add(
      {.method = "POST",
       .path = "/api/event-bridge/create-event",
       .operation = {.name = "create_event_from_event_bridge",
                     .summary =
                         "Stores the event in an AWS EventBridge envelope for the tenant that it names.",
                     .answers = {{.status = 201, .summary = "The event is stored, or was before."},
                                 {.status = 400, .summary = "The envelope names no tenant."},
                                 {.status = 422, .summary = "The envelope or the event is invalid."}}},
       .admit = admission.with(Permission::deliver_envelopes, [this](Caller caller, Request request) {
         return create_from_event_bridge(std::move(caller), std::move(request));
       })});
  router.add(
      {.method = "POST",
       .path = "/api/events",
       .operation = {.name = "create_events",
                     .summary = "Stores events: one, an array, CloudEvents, or any number of lines.",
                     .parameters = {{.name = "on_error",
                                     .type = "string",
                                     .summary = "`fail` refuses bad events with the whole request, `skip` "
                                                "lists them and stores the others."}},
                     .answers = {{.status = 201, .summary = "How many events were stored."},
                                 {.status = 422, .summary = "Events or parameters are invalid."},
                                 {.status = 429, .summary = "Too many events of this tenant wait."}}},
       .admit = admission.with(
           Permission::write_events,
           [this](Caller caller, Request request) { return create(std::move(caller), std::move(request)); }),
       .takes_body_in_parts = true,
       .max_body_bytes = kMaxStreamed});
}

awaitable<Response> Events::create_from_event_bridge(Caller caller, Request request) {
  refuse_other_than_json(request, request.body);
  Enveloped enveloped = envelopes::decode_event_bridge(request.body, parts_.tenant_field);
  const auto tenant = co_await parts_.directory.find_named(enveloped.tenant);
  // The caller may name the tenant as well, which must then be the same one.
  const bool agrees = request.header("x-client-id") == nullptr ||
                      (tenant && ClientId::parse(request.agreed_header("x-client-id")) == tenant->id);
  if (!tenant || !agrees) throw unknown_addressee(enveloped.tenant);
  DecodedItems items;
  items.add(std::move(enveloped.event));
  co_await parts_.intake.take_all(caller.table_of(*tenant), std::move(items));
  co_return http::json(http::Status::created, R"({"detail":"Event created."})");
}

awaitable<Response> Events::create(Caller caller, Request request) {
  const Intake::Settings settings{.skip_bad = skips_bad(request)};
  const auto result = co_await take(caller.table(), std::move(request), settings);
  co_return respond(result);
}

awaitable<IntakeResult> Events::take(events::EventsTable table, Request request, Intake::Settings settings) {
  const std::string type = http::media_type(request);
  const auto next_part = [body = request.body_parts](std::function<void()> before_wait) {
    return body->next_calling(std::move(before_wait));
  };
  if (type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl") {
    auto result = co_await parts_.intake.take_lines(std::move(table), next_part, settings);
    co_return result;
  }
  const auto body = co_await parts_.intake.receive(next_part, kMaxWhole);
  auto items = decode_whole(type, request, body, settings.skip_bad);
  auto result = co_await parts_.intake.take_all(std::move(table), std::move(items));
  co_return result;
}

}  // namespace annals::api
