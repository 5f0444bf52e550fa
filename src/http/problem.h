#pragma once

#include <exception>
#include <string_view>

#include "error.h"
#include "http/message.h"

namespace annals::http {

/// Returns the status that answers an error of this code.
int status_of(ErrorCode code);

/// Turns an error into a response. Only this file knows the status codes of errors and the shape of their
/// bodies, `{"detail": …}`. What the client must not see goes to the log with the request id: internal faults
/// as errors; 503, 507, files_not_deleted and refused credentials as warnings; the client's faults at the
/// level `debug`.
Response problem(const std::exception_ptr& error, std::string_view request_id);

/// Turns a known error into a response and logs nothing.
Response problem(const Error& error, std::string_view request_id);

}  // namespace annals::http
