#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace annals::support {

/// Records in which order the program makes files below a directory durable: `sync NAME`, `rename OLD NEW`,
/// `cut NAME`, `uncache NAME`. Without a power cut nothing else tells whether a sync was forgotten, or came
/// too early. The names are without their directories, and the directory itself is `.`. Thread-safe; one at a
/// time.
class FileCalls {
 public:
  struct Call {
    std::string name;
    std::string content;  // of the file that is synced, at that time
  };

  explicit FileCalls(std::filesystem::path below) : below_(std::move(below)) {
    const std::scoped_lock lock(mutex());
    current() = this;
  }
  ~FileCalls() {
    const std::scoped_lock lock(mutex());
    current() = nullptr;
  }
  FileCalls(const FileCalls&) = delete;
  FileCalls& operator=(const FileCalls&) = delete;

  /// Returns the names of the calls since the last question.
  std::vector<std::string> take() {
    const std::scoped_lock lock(mutex());
    std::vector<std::string> names;
    for (const Call& call : calls_) names.push_back(call.name);
    calls_.clear();
    return names;
  }
  /// Returns what the file held at the last of its syncs, or nothing if it was not synced.
  [[nodiscard]] std::string synced(const std::string& name) const {
    const std::scoped_lock lock(mutex());
    const auto found = std::find_if(calls_.rbegin(), calls_.rend(),
                                    [&](const Call& call) { return call.name == "sync " + name; });
    return found == calls_.rend() ? "" : found->content;
  }
  /// Lets writes do what they may: they write less than they are told to, and signals interrupt them.
  void interrupt_writes() {
    const std::scoped_lock lock(mutex());
    interrupts_ = true;
  }
  /// Lets every call of that name fail, or `write NAME`.
  void fail(std::string name, int error) {
    const std::scoped_lock lock(mutex());
    failing_ = {std::move(name), error};
  }

  /// Returns how many bytes may be written, or a negative error.
  static ssize_t writable(int descriptor, std::size_t bytes) {
    const auto path = path_of(descriptor);
    const std::scoped_lock lock(mutex());
    return current() == nullptr ? static_cast<ssize_t>(bytes) : current()->allow(path, bytes);
  }
  /// Returns the error with which the call is to fail, or 0.
  static int note_descriptor(const std::string& what, int descriptor) {
    return note(what, {path_of(descriptor)});
  }
  static int note(const std::string& what, const std::vector<std::filesystem::path>& paths) {
    const std::scoped_lock lock(mutex());
    return current() == nullptr ? 0 : current()->add(what, paths);
  }

 private:
  static std::mutex& mutex() {
    static std::mutex instance;
    return instance;
  }
  static FileCalls*& current() {
    static FileCalls* instance = nullptr;
    return instance;
  }

  static std::filesystem::path path_of(int descriptor) {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), ignored);
  }

  [[nodiscard]] bool is_below(const std::filesystem::path& path) const {
    return path.string().starts_with(below_.string());
  }

  ssize_t allow(const std::filesystem::path& path, std::size_t bytes) {
    if (!is_below(path)) return static_cast<ssize_t>(bytes);
    if ("write " + path.filename().string() == failing_.first) return -failing_.second;
    if (!interrupts_) return static_cast<ssize_t>(bytes);
    was_interrupted_ = !was_interrupted_;
    return was_interrupted_ ? -EINTR : static_cast<ssize_t>((bytes + 1) / 2);
  }

  int add(const std::string& what, const std::vector<std::filesystem::path>& paths) {
    if (!is_below(paths.front())) return 0;
    Call call{.name = what, .content = {}};
    for (const auto& path : paths) call.name += " " + (path == below_ ? "." : path.filename().string());
    if (std::filesystem::is_regular_file(paths.front())) {
      std::ifstream file(paths.front(), std::ios::binary);
      call.content.assign(std::istreambuf_iterator<char>(file), {});
    }
    calls_.push_back(call);
    return call.name == failing_.first ? failing_.second : 0;
  }

  std::filesystem::path below_;
  std::vector<Call> calls_;
  std::pair<std::string, int> failing_;
  bool interrupts_ = false;
  bool was_interrupted_ = false;
};

/// Makes the call, or lets it fail.
template <class... Arguments>
int unless_failing(int error, long number, Arguments... arguments) {
  if (error == 0) return static_cast<int>(::syscall(number, arguments...));
  errno = error;
  return -1;
}

/// Writes as much as is allowed.
template <class... Arguments>
ssize_t write_some(long number, int descriptor, const void* data, std::size_t bytes, Arguments... arguments) {
  const ssize_t allowed = FileCalls::writable(descriptor, bytes);
  if (allowed >= 0) return ::syscall(number, descriptor, data, allowed, arguments...);
  errno = static_cast<int>(-allowed);
  return -1;
}

}  // namespace annals::support

// They come before those of the C library, in the standard library's code too.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" __attribute__((weak)) int fsync(int descriptor) {
  return annals::support::unless_failing(annals::support::FileCalls::note_descriptor("sync", descriptor),
                                         SYS_fsync, descriptor);
}

extern "C" __attribute__((weak)) int fdatasync(int descriptor) {
  return annals::support::unless_failing(annals::support::FileCalls::note_descriptor("sync", descriptor),
                                         SYS_fdatasync, descriptor);
}

extern "C" __attribute__((weak)) int ftruncate(int descriptor, off_t size) noexcept {
  return annals::support::unless_failing(annals::support::FileCalls::note_descriptor("cut", descriptor),
                                         SYS_ftruncate, descriptor, size);
}

extern "C" __attribute__((weak)) int rename(const char* from, const char* to) noexcept {
  return annals::support::unless_failing(annals::support::FileCalls::note("rename", {from, to}), SYS_rename,
                                         from, to);
}

extern "C" __attribute__((weak)) ssize_t write(int descriptor, const void* data, std::size_t bytes) {
  return annals::support::write_some(SYS_write, descriptor, data, bytes);
}

extern "C" __attribute__((weak)) ssize_t pwrite(int descriptor, const void* data, std::size_t bytes,
                                                off_t at) {
  return annals::support::write_some(SYS_pwrite64, descriptor, data, bytes, at);
}

extern "C" __attribute__((weak)) int posix_fadvise(int descriptor, off_t from, off_t size,
                                                   int advice) noexcept {
  const int error = annals::support::FileCalls::note_descriptor("uncache", descriptor);
  if (error != 0) return error;
  return ::syscall(SYS_fadvise64, descriptor, from, size, advice) == 0 ? 0 : errno;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
