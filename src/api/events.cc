#include "api/events.h"

#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "api/described/events.h"
#include "envelopes/cloud_events.h"
#include "envelopes/event_bridge.h"
#include "envelopes/event_decoder.h"
#include "error.h"
#include "http/media_type.h"
#include "http/problem.h"
#include "http/query_fields.h"
#include "input/object_fields.h"
#include "io/pause.h"
#include "tenants/errors.h"
#include "text/time.h"
#include "text/utf8.h"

namespace annals::api {
namespace {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using envelopes::decode_binary_cloud_event;
using envelopes::decode_cloud_event;
using envelopes::decode_cloud_events_batch;
using envelopes::decode_json;
using envelopes::DecodedItems;
using envelopes::Enveloped;
using envelopes::is_binary_cloud_event;
using http::Request;
using http::Response;
using lanes::Intake;
using lanes::IntakeResult;

/// The limit of a request that is stored all or nothing. NDJSON is limited by the line only.
constexpr std::size_t kMaxWhole = std::size_t{32} << 20U;
/// The server limits the body already.
constexpr std::size_t kServersLimit = std::numeric_limits<std::size_t>::max();
constexpr std::uint64_t kMaxStreamed = std::uint64_t{1} << 40U;

Error unknown_addressee(std::string_view name) {
  return {ErrorCode::tenant_not_in_database,
          fmt::format("'{}' tenant not found in database.", text::replace_invalid_utf8(name))};
}

/// Throws InvalidInput if the body is declared as anything but JSON, without reading it.
void refuse_other_than_json(const Request& request, std::string_view body) {
  if (body.empty() || http::says_json(request)) return;
  throw input::InvalidInput(
      {input::at({"body"}, input::not_a_dict())},
      fmt::format("the Content-Type is '{}' instead of application/json", http::media_type(request)));
}

bool says_lines(const std::string& type) {
  return type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl";
}

/// Decodes a body, whatever it is declared as, and passes its items to `take`.
void decode_whole(const std::string& type, const Request& request, std::string_view body,
                  const envelopes::TakeItem& take) {
  refuse_other_than_json(request, body);
  if (type == "application/cloudevents+json") {
    take(decode_cloud_event(body, {"body"}, text::now()));
  } else if (type == "application/cloudevents-batch+json") {
    decode_cloud_events_batch(body, text::now(), take);
  } else if (is_binary_cloud_event(request.headers)) {
    take(decode_binary_cloud_event(request.headers, body, text::now()));
  } else {
    decode_json(body, text::now(), take);
  }
}

/// Returns what hands out the parts of the body.
lanes::NextPart parts_of(const Request& request) {
  return [body = request.body_parts](std::function<void()> before_wait) {
    return body->next_calling(std::move(before_wait));
  };
}

/// Hands out the parts of a body for as long as its sender may send it: a body of lines lasts as long as
/// lines arrive, and meanwhile the key may be deleted or the tenant suspended. Not safe for concurrent use.
class AdmittedParts {
 public:
  AdmittedParts(const Admission& admission, const Request& request)
      : admission_(admission), body_(request.body_parts) {
    head_.headers = request.headers;
  }

  awaitable<std::optional<std::string>> next(std::function<void()> before_wait) {
    auto part = co_await body_->next_calling(std::move(before_wait));
    const auto now = std::chrono::steady_clock::now();
    if (now - admitted_at_ >= kAdmittedFor) {
      co_await admission_.admit_again(Permission::write_events, head_);
      admitted_at_ = now;
    }
    co_return part;
  }

 private:
  static constexpr std::chrono::milliseconds kAdmittedFor{500};

  const Admission& admission_;
  const std::shared_ptr<http::RequestBody> body_;
  Request head_;
  std::chrono::steady_clock::time_point admitted_at_ = std::chrono::steady_clock::now();
};

lanes::NextPart admitted_parts_of(const Request& request, const Admission& admission) {
  auto parts = std::make_shared<AdmittedParts>(admission, request);
  return [parts = std::move(parts)](std::function<void()> before_wait) {
    return parts->next(std::move(before_wait));
  };
}

bool skips_bad(const Request& request) {
  http::QueryFields fields(request);
  const auto chosen = fields.one_of("on_error", {"fail", "skip"});
  fields.forbid_others();
  fields.check();
  return chosen == "skip";
}

/// Returns the list of bad items as JSON. A thousand of them take longer than a short piece of work may.
awaitable<std::string> errors_of(envelopes::BadItems bad) {
  std::string errors = "[";
  io::Stint stint;
  for (const auto& [index, problems] : bad.listed()) {
    if (stint.is_over()) co_await stint.renew();
    if (errors.size() > 1) errors += ',';
    errors +=
        boost::json::serialize(boost::json::object{{"index", index}, {"detail", input::detail_of(problems)}});
  }
  errors += ']';
  co_return errors;
}

awaitable<Response> respond(IntakeResult result) {
  const auto& counts = result.counts;
  const auto left_out = result.bad.left_out();
  const auto errors = co_await errors_of(std::move(result.bad));
  std::string body = fmt::format(R"({{"accepted":{},"duplicates":{},"errors":{})", counts.accepted,
                                 counts.duplicates, errors);
  if (counts.conflicts > 0) body += fmt::format(R"(,"conflicts":{})", counts.conflicts);
  if (counts.expired > 0) body += fmt::format(R"(,"expired":{})", counts.expired);
  if (left_out > 0) body += fmt::format(R"(,"errors_left_out":{})", left_out);
  body += '}';
  co_return http::json(http::Status::created, std::move(body));
}

}  // namespace

void Events::add_to(http::Router& router) {
  const Admission& admission = parts_.admission;
  router.add({.method = "POST",
              .path = "/api/event-bridge/create-event",
              .operation = described::create_event_from_event_bridge(),
              .admit = admission.with(Permission::deliver_envelopes,
                                      [this](Caller caller, Request request) {
                                        return create_from_event_bridge(std::move(caller),
                                                                        std::move(request));
                                      }),
              .takes_body_in_parts = true});
  router.add({.method = "POST",
              .path = "/api/events",
              .operation = described::create_events(),
              .admit = admission.with(Permission::write_events,
                                      [this](Caller caller, Request request) {
                                        return create(std::move(caller), std::move(request));
                                      }),
              .takes_body_in_parts = true,
              .max_body_bytes = kMaxStreamed});
}

awaitable<Response> Events::create_from_event_bridge(Caller caller, Request request) {
  // The tenant is known once the envelope is read, so it is held by the key that it came with.
  auto body = co_await parts_.intake.receive(caller.key_id, parts_of(request), kServersLimit);
  refuse_other_than_json(request, body.text);
  Enveloped enveloped = co_await parts_.intake.decode(body, [this](const lanes::ReceivedBody& received) {
    return envelopes::decode_event_bridge(received.text, parts_.tenant_field);
  });
  const auto tenant = co_await parts_.directory.find_named(enveloped.tenant);
  // The caller may name the tenant as well, which must then be the same one.
  const bool agrees = request.header("x-client-id") == nullptr ||
                      (tenant && ClientId::parse(request.agreed_header("x-client-id")) == tenant->id);
  if (!tenant || !agrees || !caller.may_touch(tenant->id)) throw unknown_addressee(enveloped.tenant);
  if (tenant->is_suspended) throw tenants::client_suspended();
  auto allowance = parts_.quotas.of(*tenant);
  if (allowance) {
    allowance->take_request();
    allowance->check_write();
  }
  DecodedItems items;
  items.add(std::move(enveloped.event));
  co_await parts_.intake.take_all(caller.table_of(*tenant), std::move(items), std::move(allowance));
  co_return http::json(http::Status::created, R"({"detail":"Event created."})");
}

awaitable<Response> Events::create(Caller caller, Request request) {
  const Intake::Settings settings{.skip_bad = skips_bad(request),
                                  .allowance = parts_.quotas.of(*caller.tenant)};
  auto result = co_await take(caller.table(), std::move(request), settings);
  auto response = co_await respond(std::move(result));
  co_return response;
}

awaitable<IntakeResult> Events::take(events::EventsTable table, Request request, Intake::Settings settings) {
  const std::string type = http::media_type(request);
  // The body of a CloudEvent in binary mode is one event, so lines are none.
  if (says_lines(type) && !is_binary_cloud_event(request.headers)) {
    auto parts = admitted_parts_of(request, parts_.admission);
    auto result = co_await parts_.intake.take_lines(std::move(table), std::move(parts), settings);
    co_return result;
  }
  if (settings.allowance) settings.allowance->check_write();  // before the body, which may be large
  auto body = co_await parts_.intake.receive(table.owner.text(), parts_of(request), kMaxWhole);
  const auto decode = [&](std::string_view text, const envelopes::TakeItem& take) {
    decode_whole(type, request, text, take);
  };
  auto result = co_await parts_.intake.take_whole(std::move(table), std::move(body), settings, decode);
  co_return result;
}

}  // namespace annals::api
