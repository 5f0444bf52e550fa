#pragma once

#include <span>
#include <string>
#include <string_view>

namespace annals::config {

/// `, did you mean server.listen?` when one of the known names is a slip or two away from what was written,
/// or is just lacking its section; else empty.
std::string did_you_mean(std::string_view written, std::span<const std::string> known);

}  // namespace annals::config
