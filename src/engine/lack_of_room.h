#pragma once

#include <string_view>

namespace annals::engine {

/// Returns whether the text of an error has the words of the system for a full disk. ClickHouse passes it on
/// under several codes, some of its own and one for every exception of the standard library, at any step of a
/// statement.
bool says_disk_is_full(std::string_view message);

/// Returns whether the text of an error says that the engine's disk, or its share of it, is used up. Such a
/// statement fails again until somebody makes room, so a retry would only keep its sender waiting. Whether it
/// had an effect is another question, see EngineError::kind().
bool says_lack_of_room(std::string_view message);

}  // namespace annals::engine
