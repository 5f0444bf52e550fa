#pragma once

#include <atomic>
#include <filesystem>

namespace annals::engine {

/// Brings everything that was written to a directory's file system onto its disk: data, names and sizes, in
/// one call of syncfs(2), whatever the number of files. Safe for concurrent use.
class FileSystemSync {
 public:
  /// Throws std::system_error when the directory cannot be opened.
  explicit FileSystemSync(const std::filesystem::path& directory);
  ~FileSystemSync();
  FileSystemSync(const FileSystemSync&) = delete;
  FileSystemSync& operator=(const FileSystemSync&) = delete;

  /// Returns when it is there. Throws std::system_error, also for a write that has failed earlier; and from
  /// then on always: the system tells of a failed write once, and what it was is not known.
  void run();

 private:
  int directory_;
  std::atomic<int> error_ = 0;  // of the first call that failed
};

}  // namespace annals::engine
