#pragma once

#include <cstdint>
#include <filesystem>

namespace annals::config {

/// The number of the form in which this version keeps data.dir. It grows when an earlier version could not
/// read what this one writes, or would damage it. docs/operations.md, "Upgrade and downgrade", lists them.
inline constexpr std::uint64_t kDataFormat = 1;

/// Checks the file `format` in data.dir, and writes it if it is missing: versions before 0.1.0 wrote none,
/// and their directories have format 1. Throws std::runtime_error, for the operator to read, if the directory
/// has a newer format or the file cannot be read. Call it before anything else in the directory is touched.
void check_data_format(const std::filesystem::path& data_directory);

}  // namespace annals::config
