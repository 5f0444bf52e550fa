#pragma once

#include <filesystem>

#include "engine/connection.h"

// How a failed sync is remembered over a restart. The system marks the pages of a failed write as clean and
// reports the failure once. A new process would therefore read from the cache what the disk does not have.

namespace annals::engine {

/// Leaves a marker in the engine's directory, as durable as the disk permits. Thread-safe. It throws nothing:
/// the caller reports the failed sync itself.
void note_failed_sync(const std::filesystem::path& directory) noexcept;

/// Returns whether the directory has the marker. Throws std::system_error.
bool sync_has_failed(const std::filesystem::path& directory);

/// Drops every file below the directory from the system's cache, so that it is read from the disk again. What
/// is not written yet stays in the cache: call it after a sync. Throws std::system_error, also if a file
/// stays in the cache because another process uses it.
void drop_cached_files(const std::filesystem::path& directory);

/// Reads every table that users' data is in, and compares it with its checksums. Throws std::runtime_error
/// that names the tables with damaged or set-aside parts and says what to do, and EngineError if a statement
/// fails for another reason.
void check_tables(Connection& connection, const std::filesystem::path& directory);

/// Removes the marker. Throws std::system_error.
void forget_failed_sync(const std::filesystem::path& directory);

}  // namespace annals::engine
