#pragma once

#include <filesystem>

namespace annals::engine {

/// Removes the links by which ClickHouse makes tables findable, data/<database>/<table>, where a process that
/// was killed within RENAME DATABASE or DROP has left them: they bear the names of tenants that may be gone.
/// `directory` is the engine's, which is not open. Throws std::filesystem::filesystem_error if the disk
/// refuses.
void remove_leftover_links(const std::filesystem::path& directory);

}  // namespace annals::engine
