#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "input/problems.h"

namespace annals::input {

/// What keeps a text from being JSON, as parse_json() in value.h tells it; nothing when it is JSON.
std::optional<FieldProblem> find_json_flaw(std::string_view text, std::size_t max_depth);

}  // namespace annals::input
