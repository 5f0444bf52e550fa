#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

namespace annals::ops {

enum class Level : unsigned char { debug, info, warning, error };

using LogFields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Writes one JSON line `{"time":…,"level":…,"msg":…,<fields>}` to standard error. Never pass a key, a
/// secret, a signature or a payload. Thread-safe.
void log(Level level, std::string_view message, LogFields fields = {});

/// Does the same for what may happen very often, as for each request or each try during an outage: of lines
/// with the same message and `kind` five are written in half a minute, and the next one has a field
/// `left_out`, the number of those that were not. Thread-safe.
void log_damped(Level level, std::string_view message, LogFields fields, std::string_view kind = "");

/// Returns whether a line of that level would be written, for callers that would otherwise build its fields
/// in vain.
[[nodiscard]] bool log_enabled(Level level);

/// Sets the lowest level that is written; the default is `info`. Call it before threads start.
void set_log_level(Level level);

}  // namespace annals::ops
