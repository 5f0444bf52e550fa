#pragma once

#include <boost/json/object.hpp>

#include "http/message.h"

namespace annals::http {

/// Reads the JSON object that is the body of a request. Throws InvalidInput with one problem, worded as
/// FastAPI 0.92 does. A byte order mark is skipped, as there:
/// - no body, or `null`: a missing field;
/// - a content type that is neither absent nor JSON (`application/json`, `application/…+json`): not a dict;
/// - not JSON, not UTF-8, or nested deeper than 64: a jsondecode error with its position in code points,
///   which shows nothing of what was sent;
/// - JSON, but not an object: not a dict;
/// - an object, also an inner one, with more than input::kMaxMembers members: more items than that.
boost::json::object parse_json_body(const Request& request);

}  // namespace annals::http
