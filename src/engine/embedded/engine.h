#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/engine.h"

namespace annals::engine {

struct EmbeddedSettings {
  std::filesystem::path directory;  // where the engine keeps its data; made when missing
  std::string library = {};         // path of libchdb.so; empty: the build's
  std::size_t connections = 8;
  std::size_t max_waiting = 1024;
  std::chrono::milliseconds statement_timeout{30'000};
  std::uint64_t max_memory_bytes = std::uint64_t{4} << 30U;
  bool fsync = true;  // every insert reaches the disk before it is acknowledged
};

/// ClickHouse in this process (libchdb). There can be one per process and one process per directory; the
/// destructor closes the engine for good. Throws std::runtime_error when it cannot start.
std::unique_ptr<Engine> open_embedded_engine(const EmbeddedSettings& settings);

}  // namespace annals::engine
