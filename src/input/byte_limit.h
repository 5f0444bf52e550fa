#pragma once

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include "input/problems.h"

namespace annals::input {

/// Returns the problem of a text that takes more bytes in UTF-8 than it may.
inline FieldProblem more_bytes_than(std::size_t max) {
  return {.msg = fmt::format("ensure this value has at most {} bytes in UTF-8", max),
          .type = "value_error.any_str.max_length",
          .ctx = {{"limit_value", std::uint64_t{max}}}};
}

}  // namespace annals::input
