#pragma once

#include <cstddef>
#include <string_view>

#include <boost/system/error_code.hpp>

#include "input/problems.h"

namespace annals::input {

/// Where and why Boost.JSON stopped reading a text.
struct Stop {
  boost::system::error_code error;
  std::size_t used = 0;       // bytes that it had read
  std::size_t max_depth = 0;  // arrays and objects in each other that it was to take
};

/// Returns the problem of a text that is not JSON. It names the text's kind if that can be told, and shows
/// nothing of the text; the caller prepends the place of the text to its `loc`.
FieldProblem json_problem(std::string_view text, const Stop& stop);

}  // namespace annals::input
