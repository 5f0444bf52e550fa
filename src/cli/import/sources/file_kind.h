#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace annals::cli {

/// The number of bytes that foreign_kind() needs from the beginning of a file that is as long.
inline constexpr std::size_t kBytesThatTellAKind = 8;

/// Returns what a file is, and how to import what is in it, if its first bytes, once unpacked, are those of
/// something else than lines of UTF-8 text.
std::optional<std::string> foreign_kind(std::string_view beginning);

/// Returns "; this looks like CSV: …" if the first line of a file, which is not an event, looks like that of
/// a text of another format. Otherwise returns an empty text.
std::string hint_about_first_line(std::string_view line);

}  // namespace annals::cli
