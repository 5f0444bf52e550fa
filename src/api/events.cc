#include "api/events.h"

#include <chrono>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "envelopes/cloud_events.h"
#include "envelopes/event_bridge.h"
#include "envelopes/event_decoder.h"
#include "error.h"
#include "http/fields.h"
#include "http/media_type.h"
#include "http/problem.h"
#include "input/field_reader.h"
#include "text/time.h"

namespace annals::api {
namespace {

using boost::asio::awaitable;
using envelopes::decode_binary_cloud_event;
using envelopes::decode_cloud_event;
using envelopes::decode_cloud_events_batch;
using envelopes::decode_event_bridge;
using envelopes::decode_json;
using envelopes::Decoded;
using envelopes::DecodedItems;
using envelopes::Enveloped;
using events::EventsTable;
using http::Request;
using http::Response;
using input::at;
using input::not_a_dict;
using lanes::Intake;
using lanes::IntakeResult;

/// Of a request that is all or nothing; NDJSON has no limit but that of a line.
constexpr std::size_t kMaxWhole = std::size_t{32} << 20U;
constexpr std::uint64_t kMaxStreamed = std::uint64_t{1} << 42U;

/// A body that says it is something else than JSON is not looked at.
void refuse_other_than_json(const Request& request, std::string_view body) {
  if (body.empty() || http::says_json(request)) return;
  throw InvalidInput({at({"body"}, not_a_dict())});
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
  const auto wish = fields.one_of("on_error", {"fail", "skip"});
  fields.forbid_others();
  fields.check();
  return wish == "skip";
}

Response respond(const IntakeResult& result) {
  boost::json::array errors;
  for (const auto& [index, problems] : result.bad.listed()) {
    errors.push_back(boost::json::object{{"index", index}, {"detail", http::detail_of(problems)}});
  }
  boost::json::object body{
      {"accepted", result.accepted}, {"duplicates", result.duplicates}, {"errors", std::move(errors)}};
  if (result.bad.left_out() > 0) body["errors_left_out"] = result.bad.left_out();
  return http::json(http::Status::created, boost::json::serialize(body));
}

}  // namespace

void EventHandlers::add_to(http::Router& router) {
  router.add({.method = "POST",
              .path = "/api/event-bridge/create-event",
              .access = http::Access::platform,
              .handler = [this](Request request) { return create_from_event_bridge(std::move(request)); }});
  router.add({.method = "POST",
              .path = "/api/events",
              .access = http::Access::guarded,
              .handler = [this](Request request) { return create(std::move(request)); },
              .guard = access_.guard,
              .takes_body_in_parts = true,
              .max_body_bytes = kMaxStreamed});
}

awaitable<Response> EventHandlers::create_from_event_bridge(Request request) {
  refuse_other_than_json(request, request.body);
  Enveloped enveloped = decode_event_bridge(request.body, tenant_field_);
  std::optional<std::string> client_id;
  if (request.header("x-client-id") != nullptr) client_id = request.agreed_header("x-client-id");
  auto table = co_await access_.table_named(enveloped.tenant, client_id);
  if (!table) {
    throw Error(ErrorCode::tenant_not_in_database,
                fmt::format("'{}' tenant not found in database.", enveloped.tenant));
  }
  DecodedItems items;
  items.add(std::move(enveloped.event));
  co_await intake_.take_all(*std::move(table), std::move(items));
  co_return http::json(http::Status::created, R"({"detail":"Event created."})");
}

awaitable<Response> EventHandlers::create(Request request) {
  const Intake::Settings settings{.skip_bad = skips_bad(request)};
  auto table = co_await access_.table_of(request);
  const auto result = co_await take(std::move(table), std::move(request), settings);
  co_return respond(result);
}

awaitable<IntakeResult> EventHandlers::take(EventsTable table, Request request, Intake::Settings settings) {
  const std::string type = http::media_type(request);
  const auto next_part = [body = request.body_parts](std::function<void()> before_wait) {
    return body->next_telling(std::move(before_wait));
  };
  if (type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl") {
    auto result = co_await intake_.take_lines(std::move(table), next_part, settings);
    co_return result;
  }
  const auto body = co_await intake_.receive(next_part, kMaxWhole);
  auto items = decode_whole(type, request, body, settings.skip_bad);
  auto result = co_await intake_.take_all(std::move(table), std::move(items));
  co_return result;
}

}  // namespace annals::api
