#pragma once

#include <filesystem>

namespace annals::engine {

/// Takes the deduplication log from every table that has one, in the tables' definitions on the disk. Each
/// log costs a file descriptor and a megabyte of what the engine takes for its memory, so some thousand
/// tables were all that it could open. Here an insert's outcome is always known, and nothing needs the logs.
/// The definitions are looked at once per directory; a crash leaves each as it was or as it shall be.
/// `directory` is the engine's, which is not open. Throws std::system_error.
void remove_deduplication_logs(const std::filesystem::path& directory);

}  // namespace annals::engine
