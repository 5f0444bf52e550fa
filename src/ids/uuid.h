#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/uuid/uuid.hpp>

namespace annals {

using Uuid = boost::uuids::uuid;

/// Returns a UUID v4 made of the system's entropy, which is read for each one: there is no state to share and
/// none to seed. It cannot be guessed.
Uuid random_uuid();

/// Reads a UUID in its usual form of 36 characters, in either case. Returns nullopt for any other text.
std::optional<Uuid> parse_uuid(std::string_view text);

/// Reads a UUID as senders write it: in its usual form, without hyphens, in braces, or as `urn:uuid:` (RFC
/// 9562, section 4), in either case. Returns nullopt for any other text.
std::optional<Uuid> parse_any_uuid(std::string_view text);

/// Returns the UUID in its usual form, in lower case.
std::string uuid_text(const Uuid& uuid);

/// Appends the same to a text.
void append_uuid(std::string& text, const Uuid& uuid);

}  // namespace annals
