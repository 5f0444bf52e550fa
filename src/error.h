// The closed list of what can go wrong in Annals, and the exception that carries it. Every folder may include
// this header. It knows no status codes: http/problem.cc alone turns errors into responses.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace annals {

enum class ErrorCode : std::uint8_t {
  invalid_input,           // fields of the request are wrong; see input::InvalidInput
  bad_request,             // the request is not HTTP
  unauthorized_api_key,    // no valid platform key
  unauthorized_client,     // X-Client-Secret is not that client's
  invalid_link,            // a signed URL that is altered or has expired
  missing_client,          // no X-Client-Id
  unknown_client,          // X-Client-Id of no active tenant
  tenant_exists,           // the name or the label of a new tenant is taken
  tenant_not_found,        // no tenant has that id
  file_not_found,          // the file was never uploaded
  event_not_found,         // there is no such event, or it has no file
  tenant_not_in_database,  // an envelope names a tenant that does not exist
  files_not_deleted,       // the file store failed while a tenant was deleted
  path_not_found,          // no route has that path
  method_not_allowed,      // the path has no route for that method
  request_too_slow,        // the request did not arrive in time
  body_too_large,          // the body exceeds its limit
  unsupported_encoding,    // the Content-Encoding is not supported
  headers_too_large,       // the header exceeds its limit
  over_quota,              // one tenant sends more than can be written for it; retry later
  overloaded,              // a bounded queue is full; retry later
  engine_unavailable,      // the engine cannot be reached, or its answer did not arrive; retry later
  internal,                // a fault of ours
};

/// An error with two texts: `detail` goes to the client, `what()` goes to the log.
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

}  // namespace annals
