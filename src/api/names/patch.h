#pragma once

#include <boost/json/object.hpp>

#include "http/message.h"

namespace annals::api {

/// Returns the patch of names that is a request's body, see names::patched(), with each id as
/// append_id_notation() writes it. Throws InvalidInput with every problem.
boost::json::object read_names_patch(const http::Request& request);

}  // namespace annals::api
