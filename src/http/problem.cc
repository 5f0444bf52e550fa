#include "http/problem.h"

#include <chrono>
#include <string>

#include <boost/json.hpp>

#include "input/problems.h"
#include "ops/log.h"

namespace annals::http {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;
constexpr int kInternal = 500;
constexpr int kNoRoom = 507;

}  // namespace

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_input:
      return 422;
    case ErrorCode::bad_request:
    case ErrorCode::missing_client:
    case ErrorCode::unknown_client:
    case ErrorCode::tenant_exists:
    case ErrorCode::files_not_deleted:
    case ErrorCode::tenant_not_in_database:
      return 400;
    case ErrorCode::unauthorized_api_key:
    case ErrorCode::unauthorized_client:
      return kUnauthorized;
    case ErrorCode::invalid_link:
    case ErrorCode::not_allowed:
    case ErrorCode::client_suspended:
      return 403;
    case ErrorCode::tenant_not_found:
    case ErrorCode::key_not_found:
    case ErrorCode::backup_not_found:
    case ErrorCode::file_not_found:
    case ErrorCode::event_not_found:
    case ErrorCode::path_not_found:
      return 404;
    case ErrorCode::method_not_allowed:
      return 405;
    case ErrorCode::request_too_slow:
      return 408;
    case ErrorCode::file_in_use:
    case ErrorCode::backup_refused:
    case ErrorCode::no_backups:
      return 409;
    case ErrorCode::precondition_failed:
      return 412;
    case ErrorCode::body_too_large:
      return 413;
    case ErrorCode::unsupported_encoding:
      return 415;
    case ErrorCode::headers_too_large:
      return 431;
    case ErrorCode::over_quota:
    case ErrorCode::too_many_wrong_keys:
      return kTooManyRequests;
    case ErrorCode::overloaded:
    case ErrorCode::query_too_costly:
    case ErrorCode::engine_unavailable:
    case ErrorCode::file_store_unavailable:
      return kUnavailable;
    case ErrorCode::file_store_full:
      return kNoRoom;
    case ErrorCode::internal:
      break;
  }
  return kInternal;
}

namespace {

Response response(int status, const boost::json::object& body) {
  return Response{.status = status, .body = boost::json::serialize(body)};
}

Response internal_problem(std::string_view request_id) {
  return response(kInternal, {{"detail", "Internal Server Error"}, {"request_id", request_id}});
}

Response invalid_input(const input::InvalidInput& error) {
  return response(status_of(error.code()), {{"detail", input::detail_of(error.problems())}});
}

/// Returns whether the log needs a line although the fault is not one of this program.
bool is_refusal(const Error& error) {
  const int status = status_of(error.code());
  return status == kUnavailable || status == kNoRoom || error.code() == ErrorCode::files_not_deleted;
}

/// Returns whether the same request may succeed later.
bool may_be_retried(int status) {
  return status == kUnavailable || status == kTooManyRequests || status == kNoRoom;
}

void log_failure(const Error& error, std::string_view request_id) {
  const int status = status_of(error.code());
  if (status == kInternal) {
    ops::log_damped(ops::Level::error, "request failed",
                    {{"request_id", request_id}, {"error", error.what()}}, error.what());
    return;
  }
  if (is_refusal(error)) {
    ops::log_damped(ops::Level::warning, "request refused",
                    {{"request_id", request_id}, {"error", error.what()}}, error.detail());
    return;
  }
  if (error.code() == ErrorCode::unauthorized_api_key || error.code() == ErrorCode::unauthorized_client) {
    ops::log_damped(ops::Level::warning, "credentials refused",
                    {{"request_id", request_id}, {"error", error.what()}});
  }
  if (ops::log_enabled(ops::Level::debug)) {
    const auto* invalid = dynamic_cast<const input::InvalidInput*>(&error);
    ops::log(
        ops::Level::debug, "request refused",
        {{"request_id", request_id},
         {"error", error.what()},
         {"problems", invalid == nullptr ? std::string("[]")
                                         : boost::json::serialize(input::detail_of(invalid->problems()))}});
  }
}

}  // namespace

Response problem(const Error& error, std::string_view request_id) {
  const int status = status_of(error.code());
  if (status == kInternal) return internal_problem(request_id);
  if (const auto* invalid = dynamic_cast<const input::InvalidInput*>(&error)) return invalid_input(*invalid);
  Response result = response(status, {{"detail", error.detail()}});
  if (may_be_retried(status)) {
    const bool is_lasting =
        error.code() == ErrorCode::query_too_costly || error.code() == ErrorCode::too_many_wrong_keys;
    const auto usual = std::chrono::seconds(is_lasting ? 60 : 1);
    result.headers.emplace_back("Retry-After", std::to_string(error.retry_after().value_or(usual).count()));
  }
  if (status == kUnauthorized) {  // one header per challenge, because many clients cannot split them
    result.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"annals\"");
    result.headers.emplace_back("WWW-Authenticate", "ApiKey realm=\"annals\"");
  }
  if (error.code() == ErrorCode::unsupported_encoding) {
    result.headers.emplace_back("Accept-Encoding", "gzip, zstd");  // RFC 9110, 15.5.16
  }
  return result;
}

Response problem(const std::exception_ptr& error, std::string_view request_id) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    log_failure(known, request_id);
    return problem(known, request_id);
  } catch (const std::exception& unknown) {
    ops::log(ops::Level::error, "request failed", {{"request_id", request_id}, {"error", unknown.what()}});
  } catch (...) {
    ops::log(ops::Level::error, "request failed",
             {{"request_id", request_id}, {"error", "not a std::exception"}});
  }
  return internal_problem(request_id);
}

}  // namespace annals::http
