#pragma once

#include <string_view>

namespace annals::crypto {

/// Returns whether a text holds a certificate that can be trusted, in the PEM form (RFC 7468), among whatever
/// else.
bool has_certificate(std::string_view pem);

}  // namespace annals::crypto
