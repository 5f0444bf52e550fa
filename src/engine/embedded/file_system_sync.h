#pragma once

#include <atomic>
#include <filesystem>

#include "io/descriptor.h"

namespace annals::engine {

/// Flushes everything that was written to a directory's file system to its disk: data, names and sizes, in
/// one call of syncfs(2), whatever the number of files. Thread-safe.
class FileSystemSync {
 public:
  /// Throws std::system_error if the directory cannot be opened, and std::runtime_error if something in it
  /// lies on another file system, where a sync of this one would not reach it.
  explicit FileSystemSync(const std::filesystem::path& directory);

  /// Returns once everything is on the disk. Throws std::system_error, also for a write that failed earlier.
  /// After that every call throws: the system reports a failed write only once, and what was lost is not
  /// known. The first failure is noted in the directory for the next process (note_failed_sync).
  void run();

 private:
  std::filesystem::path path_;
  io::Descriptor directory_;
  std::atomic<int> error_ = 0;  // errno of the first call that failed; 0: none
};

}  // namespace annals::engine
