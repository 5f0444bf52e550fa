#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.h"

namespace annals::http {

/// The codings in which answers are given.
enum class ContentCoding : std::uint8_t { identity, gzip, zstd };

/// Returns the coding's name in Content-Encoding.
std::string_view name_of(ContentCoding coding);

/// Returns the coding that the Accept-Encoding header gives the highest weight (RFC 9110, 12.5.3): of equal
/// ones zstd before gzip before none. zstd is taken only if it is named: `*` may come from a client that does
/// not know it. A member whose weight is none is as if it were not there. Returns identity if nothing else is
/// accepted, also if that is refused, as the RFC permits: the alternative would be no answer.
ContentCoding preferred_coding(const Request& request);

}  // namespace annals::http
