#pragma once

#include <string>
#include <string_view>

namespace annals::config {

/// Describes what a TOML parser found wrong in a file at a line, counted from 1: `line 2, column 10: …`. The
/// line is shown if it sets something that is no secret; what stands in another one may be a password that
/// lacks its quotes. `description` may quote the file, and is shown without that.
std::string syntax_error(std::string_view file, std::size_t line, std::size_t column,
                         std::string_view description);

}  // namespace annals::config
