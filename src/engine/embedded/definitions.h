#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace annals::engine {

/// The ends of the names of files in which ClickHouse keeps the definition of a database or a table: of one
/// that is loaded, and of a table that was put to sleep before the start.
inline constexpr std::string_view kDefinition = ".sql";
inline constexpr std::string_view kSaved = ".sql.bak";

/// Returns the directory of what a definition defines, which stands in store/ under its UUID. Returns nullopt
/// for a text that defines nothing.
std::optional<std::filesystem::path> directory_in_store(const std::filesystem::path& directory,
                                                        std::string_view definition);

}  // namespace annals::engine
