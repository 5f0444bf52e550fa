#pragma once

#include <string>

namespace annals::engine {

/// Returns the settings that change what an answer or a write means, as `&name=value…` for the URL of every
/// statement. A user's profile on the server may have other values: limits that cut a result instead of
/// failing, a cache of old results, another delimiter. A statement's own SETTINGS count more than these.
/// Limits that make a statement fail are the operator's, and stay.
std::string pinned_settings();

}  // namespace annals::engine
