#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/connection.h"
#include "engine/embedded/file_system_sync.h"
#include "engine/embedded/library.h"
#include "engine/embedded/sleeping_tables.h"

namespace annals::engine {

/// Connects to the engine in this process. `arguments` are those of the first connection for the whole engine
/// and of each for itself (chdb_connect). `sync` makes changes durable; if it is null, they are left to the
/// system's cache. `tables` wakes what a statement uses. `document` is a file of this connection's own, for
/// results that cannot be fetched in parts. The library, `sync` and `tables` must outlive the connection.
/// Throws std::runtime_error if the engine does not start.
std::unique_ptr<Connection> make_embedded_connection(const EmbeddedLibrary& library,
                                                     std::vector<std::string> arguments, FileSystemSync* sync,
                                                     SleepingTables& tables, std::filesystem::path document);

}  // namespace annals::engine
