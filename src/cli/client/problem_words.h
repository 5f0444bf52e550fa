#pragma once

#include <cstddef>
#include <string>

#include <boost/json/fwd.hpp>

#include "input/problems.h"

namespace annals::cli {

/// Returns a problem that was found here in plain words: "record_id: field required". Its `loc` begins with
/// the field's name.
std::string words_of(const input::FieldProblem& problem);

/// Returns the same for a problem that the service has found, in JSON. The first `skip` parts of its `loc`
/// say nothing about the field.
std::string words_of(const boost::json::value& problem, std::size_t skip);

}  // namespace annals::cli
