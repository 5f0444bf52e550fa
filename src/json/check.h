#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "error.h"

namespace annals::json {

/// What keeps a text from being JSON, as parse() in value.h tells it; nothing when it is JSON.
std::optional<FieldProblem> flaw_in(std::string_view text, std::size_t max_depth);

}  // namespace annals::json
