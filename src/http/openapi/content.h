#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "http/operation.h"

namespace annals::http {

/// Returns a parameter in the words of OpenAPI.
boost::json::object parameter_json(const Parameter& parameter);

/// Returns what a body of that type looks like. Empty examples are left out. Throws std::invalid_argument if
/// one should be JSON and is not.
boost::json::object content_json(const Schema& schema, const std::vector<std::string>& examples,
                                 std::string_view type);

/// Returns the headers of an answer, those that follow from its status among them.
boost::json::object headers_json(const Answer& answer);

}  // namespace annals::http
