#pragma once

#include <optional>
#include <string_view>

#include <boost/uuid/uuid.hpp>

namespace annals {

using Uuid = boost::uuids::uuid;

/// A UUID v4 of the system's entropy, asked for every one: there is no state to share and none to seed. It
/// cannot be guessed.
Uuid random_uuid();

/// A UUID in its usual form of 36 characters, in either case; nothing for any other text.
std::optional<Uuid> parse_uuid(std::string_view text);

}  // namespace annals
