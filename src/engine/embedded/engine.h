#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/embedded/table_files.h"
#include "engine/engine.h"

namespace annals::engine {

struct EmbeddedSettings {
  std::filesystem::path directory;  // where the engine keeps its data; created if missing
  std::string library = {};         // path of libchdb.so; empty: see EmbeddedLibrary
  std::size_t connections = 8;
  std::size_t max_waiting = 1024;
  std::chrono::milliseconds statement_timeout{30'000};
  std::uint64_t max_memory_bytes = std::uint64_t{4} << 30U;  // of all statements and loaded tables
  // Which tables sleep until they are used.
  MaySleep may_sleep = [](std::string_view /*definition*/) { return false; };
  // Is called with the reason, again and again, once a write of the engine has failed. Merges may destroy
  // what is still whole within two minutes, so it should end the process; the next start checks all tables.
  std::function<void(const std::string& reason)> on_failed_write = [](const std::string& /*reason*/) {};
  bool fsync = true;  // every change reaches the disk before it is acknowledged
};

/// Opens ClickHouse in this process (libchdb). A process can have only one such engine, and a directory can
/// be open in only one process. The destructor closes the engine permanently. Throws std::runtime_error if
/// the engine cannot start.
std::unique_ptr<Engine> open_embedded_engine(const EmbeddedSettings& settings);

}  // namespace annals::engine
