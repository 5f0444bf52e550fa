#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace annals::text {

/// Returns the bytes in base64 (RFC 4648, section 4), with padding.
std::string base64_encode(std::string_view bytes);

/// Returns the bytes of a base64 text (RFC 4648, section 4: padded, without white space), or nullopt if it is
/// not one.
std::optional<std::string> base64_decode(std::string_view text);

/// Returns the bytes in URL-safe base64 (RFC 4648, section 5), without padding.
std::string base64url_encode(std::string_view bytes);

/// Returns the bytes of a text that base64url_encode() made, or nullopt for any other text: no two texts have
/// the same bytes.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace annals::text
