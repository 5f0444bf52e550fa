#pragma once

#include <cstddef>
#include <string>

#include <boost/json/fwd.hpp>

#include "input/problems.h"

namespace annals::cli {

/// Returns a problem that this program has found in plain words: "record_id: field required". Its `loc`
/// begins with the field's name.
std::string words_of(const input::FieldProblem& problem);

/// Returns a problem that the service has found in plain words. `problem` is the JSON that the service sent;
/// the first `skip` parts of its `loc` say nothing about the field and are left out. JSON of another shape is
/// returned as it was sent.
std::string words_of(const boost::json::value& problem, std::size_t skip);

}  // namespace annals::cli
