#pragma once

#include <string>
#include <vector>

#include "http/router.h"

namespace annals::http {

/// An answer that many routes give, and its name among the components.
struct CommonAnswer {
  std::string name;
  Answer answer;
};

/// Returns the errors that follow from who may call a route and from what it takes. What may happen to any
/// request (a fault of the service, a header that is too large, no HTTP at all) is the last one, of status 0.
std::vector<CommonAnswer> common_answers(const Route& route);

/// The bodies of errors: of all, of invalid input, and what that lists.
Schema problem_schema();
Schema invalid_input_schema();
Schema field_problem_schema();

}  // namespace annals::http
