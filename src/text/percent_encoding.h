#pragma once

#include <string>
#include <string_view>

namespace annals::text {

/// Percent-encodes every byte but the unreserved ones of RFC 3986 (`A–Z a–z 0–9 - . _ ~`), and those in
/// `keep`.
std::string percent_encode(std::string_view text, std::string_view keep = {});

}  // namespace annals::text
