// The closed list of what can go wrong in Annals, and the exceptions that carry it. Every folder may include
// this header; http/problem.cc alone turns it into status codes and bodies.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace annals {

enum class ErrorCode : std::uint8_t {
  invalid_input,           // 422, with a list of problems (InvalidInput)
  bad_request,             // 400: not HTTP
  unauthorized_api_key,    // 401
  unauthorized_client,     // 401: X-Client-Secret is not that client's
  invalid_link,            // 403: a signed URL that is altered or has expired
  missing_client,          // 400: no X-Client-Id
  unknown_client,          // 400: X-Client-Id of no active tenant
  tenant_exists,           // 400: name or label taken
  tenant_not_found,        // 404
  file_not_found,          // 404
  event_not_found,         // 404: no such event, or it has no file
  tenant_not_in_database,  // 400: an envelope names a tenant that there is not
  files_not_deleted,       // 400: the file store failed while a tenant was deleted
  path_not_found,          // 404
  method_not_allowed,      // 405
  request_too_slow,        // 408
  body_too_large,          // 413
  unsupported_encoding,    // 415: a Content-Encoding that is not known
  headers_too_large,       // 431
  over_quota,              // 429 with Retry-After: one tenant sends more than is written for it
  overloaded,              // 503 with Retry-After: a bounded queue is full
  engine_unavailable,      // 503 with Retry-After: the engine cannot be reached, or its answer did not arrive
  internal,                // 500
};

/// An error with two texts: `detail` is what the client reads, `what()` is what the log keeps.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, std::string detail, const std::string& log_text)
      : std::runtime_error(log_text), code_(code), detail_(std::move(detail)) {}
  Error(ErrorCode code, const std::string& detail) : Error(code, detail, detail) {}

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }

 private:
  ErrorCode code_;
  std::string detail_;
};

/// One problem of one input field, as pydantic 1.10 words it:
/// `{"loc":["body","x"],"msg":"…","type":"…","ctx":{…}}`.
struct FieldProblem {
  using Part = std::variant<std::string, std::int64_t, std::uint64_t>;
  std::vector<Part> loc;
  std::string msg;
  std::string type;
  std::vector<std::pair<std::string, Part>> ctx = {};
};

/// All problems of one request, in field order.
class InvalidInput : public Error {
 public:
  explicit InvalidInput(std::vector<FieldProblem> problems)
      : Error(ErrorCode::invalid_input, "Invalid input.", "invalid input"), problems_(std::move(problems)) {}

  [[nodiscard]] const std::vector<FieldProblem>& problems() const noexcept { return problems_; }

 private:
  std::vector<FieldProblem> problems_;
};

}  // namespace annals
