#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace annals::support {

/// Records in which order the program makes files below a directory durable: `sync NAME`, `rename OLD NEW`,
/// `cut NAME`, `lock NAME`, `uncache NAME`, `open NAME` for a file without a name in that directory. Without
/// a power cut nothing else tells whether a sync was forgotten, or came too early. The names are without
/// their directories, and the directory itself is `.`. Thread-safe; one at a time.
class FileCalls {
 public:
  struct Call {
    std::string name;
    std::string content;  // of the file that is synced, at that time
  };

  explicit FileCalls(std::filesystem::path below);
  ~FileCalls();
  FileCalls(const FileCalls&) = delete;
  FileCalls& operator=(const FileCalls&) = delete;

  /// Returns the names of the calls since the last question.
  std::vector<std::string> take();
  /// Returns what the file held at the last of its syncs, or nothing if it was not synced.
  [[nodiscard]] std::string synced(const std::string& name) const;
  /// Lets writes do what they may: they write less than they are told to, and signals interrupt them.
  void interrupt_writes();
  /// Lets every call of that name fail, or `write NAME`.
  void fail(std::string name, int error);
  /// Holds every call of that name until release().
  void hold(std::string name);
  void release();
  /// Returns once a call is held. Throws std::runtime_error if none is within a minute.
  void wait_until_held();

  /// Returns how many bytes may be written, or a negative error.
  static ssize_t writable(int descriptor, std::size_t bytes);
  /// Returns the error with which the call is to fail, or 0.
  static int note_descriptor(const std::string& what, int descriptor);
  static int note(const std::string& what, const std::vector<std::filesystem::path>& paths);

 private:
  [[nodiscard]] bool is_below(const std::filesystem::path& path) const;
  ssize_t allow(const std::filesystem::path& path, std::size_t bytes);
  int add(const std::string& what, const std::vector<std::filesystem::path>& paths,
          std::unique_lock<std::mutex>& lock);

  std::filesystem::path below_;
  std::vector<Call> calls_;
  std::pair<std::string, int> failing_;
  std::string held_;
  bool is_held_ = false;
  std::condition_variable changed_;
  bool interrupts_ = false;
  bool was_interrupted_ = false;
};

}  // namespace annals::support
