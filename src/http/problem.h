#pragma once

#include <exception>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>

#include "error.h"
#include "http/message.h"

namespace annals::http {

/// The one place where an error becomes a status code and a body of the contract's shape, `{"detail": …}`.
/// What the client must not see goes to the log, with the request id: failures of ours as errors, 503 as
/// warnings, the client's own not at all.
Response problem(const std::exception_ptr& error, std::string_view request_id);

/// The same for an error that is known, without a line in the log.
Response problem(const Error& error, std::string_view request_id);

/// The list that `detail` is for invalid input, `[{"loc":…,"msg":…,"type":…},…]`.
boost::json::array detail_of(const std::vector<FieldProblem>& problems);

}  // namespace annals::http
