#pragma once

#include <string_view>

#include <boost/system/error_code.hpp>

#include "input/problems.h"

namespace annals::input {

/// Returns the problem of a text that is not JSON. `error` is Boost.JSON's, `before` is what Boost.JSON had
/// read until then. The problem shows nothing of the text; the caller prepends the place of the text to its
/// `loc`.
FieldProblem json_problem(const boost::system::error_code& error, std::string_view before);

}  // namespace annals::input
