#pragma once

#include <span>
#include <string>
#include <string_view>

namespace annals::config {

/// Returns `, did you mean server.listen?` if a known name is at most three typing errors away from what was
/// written (fewer for a short text), or only its section is missing. Otherwise returns an empty text.
std::string did_you_mean(std::string_view written, std::span<const std::string> known);

}  // namespace annals::config
