#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>

namespace annals::engine {

/// Finds out whether a write(2) of the engine has failed. The engine goes on as if it had succeeded: with
/// ENOSPC from every write an insert is acknowledged, and its part is empty (26.7, chdb's
/// WriteBufferFromFileDescriptor::nextImpl; ClickHouse's own throws). It counts such writes though.
/// Thread-safe.
class FailedWrites {
 public:
  /// Runs a query and returns its result.
  using Ask = std::function<std::string(const std::string& sql)>;

  explicit FailedWrites(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Throws std::system_error if a write has failed since the engine was opened. What was written since then
  /// is in doubt, so that every later call throws too. The first failure is noted in the directory for the
  /// next process (note_failed_sync). Throws what `ask` throws.
  void check(const Ask& ask);

 private:
  const std::filesystem::path directory_;
  std::atomic<bool> noted_ = false;
};

}  // namespace annals::engine
