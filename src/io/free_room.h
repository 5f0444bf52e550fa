#pragma once

#include <cstdint>
#include <filesystem>
#include <system_error>

namespace annals::io {

/// Returns the bytes that this user can still write to the file system of a path; 0 if it can make no file.
/// Throws std::system_error.
std::uint64_t free_room(const std::filesystem::path& path);

/// Returns whether a call failed because the disk, or somebody's share of it, is used up.
bool is_lack_of_room(const std::error_code& code);

}  // namespace annals::io
