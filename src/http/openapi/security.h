#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/operation.h"

namespace annals::http {

/// Returns the ways in which a caller may prove who it is, one of which suffices. An open route has none.
boost::json::array security_of(const Access& access);

/// Returns whether a parameter is one of those ways, and stands among them already.
bool is_credential(const Access& access, const Parameter& parameter);

/// Returns what those ways are.
boost::json::object security_schemes();

/// Returns the parameters that follow from who may call, rather than from what the route does.
std::vector<Parameter> parameters_of(const Access& access);

/// Returns a sentence about who may call, in Markdown; an empty one for an open route.
std::string callers_of(const Access& access);

}  // namespace annals::http
