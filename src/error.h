// The closed list of what can go wrong in Annals, and the exception that carries it. Every folder may include
// this header. It knows no status codes: http/problem.cc alone turns errors into responses.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
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
  too_many_wrong_keys,     // one address has presented too many; retry later
  not_allowed,             // the key is valid, but its role does not permit this
  client_suspended,        // the data of a suspended tenant
  missing_client,          // no X-Client-Id
  unknown_client,          // X-Client-Id of no active tenant
  tenant_exists,           // the name or the label of a new tenant is taken
  tenant_not_found,        // no tenant has that id
  key_not_found,           // no key has that id
  backup_not_found,        // the destination has no complete backup of that id
  backup_refused,          // the backup is damaged, or what it needs is not there
  no_backups,              // no destination of backups is configured
  file_not_found,          // the file was never uploaded
  file_in_use,             // the file cannot be replaced, because an event names it
  precondition_failed,     // If-Match and its relatives ask for another state of the file
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
  query_too_costly,        // a query takes more time or memory than one may; it would again
  file_store_unavailable,  // the file store cannot be reached, or refuses us; retry later
  file_store_full,         // the file store has no room
  engine_unavailable,      // the engine cannot be reached, or its answer did not arrive; retry later
  internal,                // a fault of ours
};

/// An error with two texts: `detail` goes to the client, `what()` goes to the log.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, std::string detail, const std::string& log_text)
      : std::runtime_error(log_text), code_(code), detail_(std::move(detail)) {}
  Error(ErrorCode code, const std::string& detail) : Error(code, detail, detail) {}
  /// Makes an error after which the same request may succeed once that time has passed.
  Error(ErrorCode code, const std::string& detail, std::chrono::seconds retry_after)
      : Error(code, detail, detail) {
    retry_after_ = retry_after;
  }

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
  /// Returns when a retry may succeed; nullopt if that is not known.
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const noexcept { return retry_after_; }

 private:
  ErrorCode code_;
  std::string detail_;
  std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace annals
