#include "http/problem.h"

#include <boost/json.hpp>

#include "input/problems.h"
#include "ops/log.h"

namespace annals::http {
namespace {

constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;
constexpr int kInternal = 500;

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
      return 401;
    case ErrorCode::invalid_link:
      return 403;
    case ErrorCode::tenant_not_found:
    case ErrorCode::file_not_found:
    case ErrorCode::event_not_found:
    case ErrorCode::path_not_found:
      return 404;
    case ErrorCode::method_not_allowed:
      return 405;
    case ErrorCode::request_too_slow:
      return 408;
    case ErrorCode::body_too_large:
      return 413;
    case ErrorCode::unsupported_encoding:
      return 415;
    case ErrorCode::headers_too_large:
      return 431;
    case ErrorCode::over_quota:
      return kTooManyRequests;
    case ErrorCode::overloaded:
    case ErrorCode::engine_unavailable:
      return kUnavailable;
    case ErrorCode::internal:
      break;
  }
  return kInternal;
}

Response response(int status, const boost::json::object& body) {
  return Response{.status = status, .body = boost::json::serialize(body)};
}

Response internal_problem(std::string_view request_id) {
  return response(kInternal, {{"detail", "Internal Server Error"}, {"request_id", request_id}});
}

Response invalid_input(const input::InvalidInput& error) {
  return response(status_of(error.code()), {{"detail", input::detail_of(error.problems())}});
}

void log_failure(const Error& error, std::string_view request_id) {
  const int status = status_of(error.code());
  if (status == kInternal) {
    ops::log(ops::Level::error, "request failed", {{"request_id", request_id}, {"error", error.what()}});
  } else if (status == kUnavailable || error.code() == ErrorCode::files_not_deleted) {
    ops::log(ops::Level::warning, "request refused", {{"request_id", request_id}, {"error", error.what()}});
  }
}

}  // namespace

Response problem(const Error& error, std::string_view request_id) {
  const int status = status_of(error.code());
  if (status == kInternal) return internal_problem(request_id);
  if (const auto* invalid = dynamic_cast<const input::InvalidInput*>(&error)) return invalid_input(*invalid);
  Response result = response(status, {{"detail", error.detail()}});
  if (status == kUnavailable || status == kTooManyRequests) result.headers.emplace_back("Retry-After", "1");
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
