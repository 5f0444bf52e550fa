#pragma once

#include <string_view>

#include <boost/system/error_code.hpp>

#include "error.h"

namespace annals::input {

/// The problem of a text that is not JSON, as pydantic 1.10 and Python's json module word it. `error` is
/// Boost.JSON's, `before` what it had read until then. `loc` is the offset alone (in code points); the caller
/// puts in front of it where the text was. Shows nothing of the text.
FieldProblem json_problem(const boost::system::error_code& error, std::string_view before);

}  // namespace annals::input
