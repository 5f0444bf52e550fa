#include "api/audit/auditor.h"

#include <utility>

#include "api/audit/audited_body.h"
#include "io/settled.h"

namespace annals::api {
namespace {

using audit::Record;
using audit::Result;

constexpr int kFirstError = 400;
constexpr int kOk = 200;
constexpr int kPartialContent = 206;

/// Returns the record of a later moment of the same request.
Record later(Record record) {
  record.id = EventId::random();
  record.time = text::now();
  return record;
}

bool is_refusal(ErrorCode code) {
  switch (code) {
    case ErrorCode::unauthorized_api_key:
    case ErrorCode::unauthorized_client:
    case ErrorCode::too_many_wrong_keys:
    case ErrorCode::not_allowed:
    case ErrorCode::client_suspended:
    case ErrorCode::invalid_link:
      return true;
    default:
      return false;
  }
}

bool is_of_a_valid_key(ErrorCode code) {
  return code == ErrorCode::not_allowed || code == ErrorCode::client_suspended;
}

}  // namespace

Auditor::Response Auditor::handle(const Requester& requester, http::Request request, http::Handler handler,
                                  const Check& check) const {
  const AuditedRoute* route = find_audited(request.operation);
  if (route == nullptr) return handler(std::move(request));
  auto record = describe(*route, requester, request);
  switch (route->kind) {
    case AuditKind::act: {
      if (check) check_act(record, request, check);
      auto texts = texts_of(*route, request);
      return act(std::move(record), std::move(texts), std::move(request), std::move(handler));
    }
    case AuditKind::grant:
      return grant(std::move(record), std::move(request), std::move(handler));
    default:
      return give(route->kind, std::move(record), std::move(request), std::move(handler));
  }
}

/// A request that is wrong changes nothing, so it waits for no record, and is told so even if none can be
/// kept.
void Auditor::check_act(Record record, const http::Request& request, const Check& check) const {
  try {
    check(request);
  } catch (...) {
    add_outcome(record, std::current_exception());
    trail_.note(record);
    throw;
  }
}

/// A crash between the two records leaves the first one: the trail then says that nobody knows the outcome.
Auditor::Response Auditor::act(Record record, boost::json::object texts, http::Request request,
                               http::Handler handler) const {
  co_await trail_.record_before(record);
  auto outcome = co_await io::settled(handler(std::move(request)));
  auto ended = later(std::move(record));
  if (outcome) {
    add_outcome(ended, *outcome);
  } else {
    add_outcome(ended, outcome.error());
  }
  add_texts(ended, texts);
  // The answer may hold a secret that is shown only once, so nothing may keep it back any more.
  co_await trail_.record_after(std::move(ended));
  co_return io::result_of(std::move(outcome));
}

/// A grant opens nothing before it is given out, so one record before that is enough.
Auditor::Response Auditor::grant(Record record, http::Request request, http::Handler handler) const {
  auto response = co_await handler(std::move(request));
  add_outcome(record, response);
  co_await trail_.record_before(std::move(record));
  co_return response;
}

Auditor::Response Auditor::give(AuditKind kind, Record record, http::Request request,
                                http::Handler handler) const {
  auto response = co_await handler(std::move(request));
  if (response.status >= kFirstError) co_return response;
  record.details["status"] = response.status;
  if (kind == AuditKind::link) {
    record.result = Result::done;
    trail_.note(record);
    co_return response;
  }
  const bool has_data = response.body_parts && (response.status == kOk || response.status == kPartialContent);
  if (!has_data) co_return response;
  if (kind == AuditKind::stream) {
    record.result = Result::started;
    trail_.note(record);
  }
  response.body_parts = audited_body(std::move(response.body_parts), trail_, std::move(record));
  co_return response;
}

void Auditor::note_refusal(const Error& error, std::string_view operation,
                           const access::Credentials& credentials) const {
  if (!is_refusal(error.code())) return;
  audit::Refusal refusal{.address = credentials.address,
                         .request_id = credentials.request_id,
                         .reason = error.detail(),
                         .operation = std::string(operation),
                         .client_id = ClientId::parse(credentials.client_id)};
  if (is_of_a_valid_key(error.code())) {
    refusal.actor = audit::actor_of(authenticator_.identify(credentials));
    const bool is_tenant = refusal.actor.kind == audit::Actor::Kind::nobody && credentials.client_secret;
    if (is_tenant && refusal.client_id) {
      refusal.actor = {.kind = audit::Actor::Kind::tenant, .id = refusal.client_id->text()};
    }
  }
  trail_.note(refusal);
}

}  // namespace annals::api
