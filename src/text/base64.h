#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace annals::text {

/// The bytes of a base64 text (RFC 4648, section 4: with padding, no white space). Nothing when it is none.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace annals::text
