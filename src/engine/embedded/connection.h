#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/connection.h"
#include "engine/embedded/failed_writes.h"
#include "engine/embedded/file_system_sync.h"
#include "engine/embedded/library.h"
#include "engine/embedded/sleeping_tables.h"

namespace annals::engine {

/// Holds what the connections of one engine share. It must outlive them.
struct Shared {
  const EmbeddedLibrary& library;
  SleepingTables& tables;       // wakes what a statement uses
  FileSystemSync* sync;         // makes changes durable; null: they are left to the system's cache
  FailedWrites& failed_writes;  // is asked before changes count as done
  std::filesystem::path directory;
  std::chrono::milliseconds time_limit;  // of a statement that has no other
};

/// Connects to the engine in this process. `arguments` are those of the first connection for the whole engine
/// and of each for itself (chdb_connect). Throws std::runtime_error if the engine does not start.
std::unique_ptr<Connection> make_embedded_connection(const Shared& shared,
                                                     std::vector<std::string> arguments);

}  // namespace annals::engine
