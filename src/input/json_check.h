#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "input/problems.h"

namespace annals::input {

/// Returns the problem that keeps a text from being JSON, as parse_json() in json_value.h reports it, or
/// nullopt if the text is JSON.
std::optional<FieldProblem> find_json_flaw(std::string_view text, std::size_t max_depth);

}  // namespace annals::input
