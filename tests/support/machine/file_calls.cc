#include "support/machine/file_calls.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace annals::support {
namespace {

namespace fs = std::filesystem;

std::mutex& mutex() {
  static std::mutex instance;
  return instance;
}

FileCalls*& current() {
  static FileCalls* instance = nullptr;
  return instance;
}

fs::path path_of(int descriptor) {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor), ignored);
}

}  // namespace

FileCalls::FileCalls(fs::path below) : below_(std::move(below)) {
  const std::scoped_lock lock(mutex());
  current() = this;
}

FileCalls::~FileCalls() {
  const std::scoped_lock lock(mutex());
  current() = nullptr;
}

std::vector<std::string> FileCalls::take() {
  const std::scoped_lock lock(mutex());
  std::vector<std::string> names;
  for (const Call& call : calls_) names.push_back(call.name);
  calls_.clear();
  return names;
}

std::string FileCalls::synced(const std::string& name) const {
  const std::scoped_lock lock(mutex());
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(),
                                  [&](const Call& call) { return call.name == "sync " + name; });
  return found == calls_.rend() ? "" : found->content;
}

void FileCalls::interrupt_writes() {
  const std::scoped_lock lock(mutex());
  interrupts_ = true;
}

void FileCalls::fail(std::string name, int error) {
  const std::scoped_lock lock(mutex());
  failing_ = {std::move(name), error};
}

void FileCalls::hold(std::string name) {
  const std::scoped_lock lock(mutex());
  held_ = std::move(name);
}

void FileCalls::release() {
  const std::scoped_lock lock(mutex());
  held_.clear();
  changed_.notify_all();
}

void FileCalls::wait_until_held() {
  std::unique_lock lock(mutex());
  if (!changed_.wait_for(lock, std::chrono::minutes(1), [this] { return is_held_; })) {
    throw std::runtime_error("the call that the test holds has not come: " + std::exchange(held_, {}));
  }
}

ssize_t FileCalls::writable(int descriptor, std::size_t bytes) {
  const auto path = path_of(descriptor);
  const std::scoped_lock lock(mutex());
  return current() == nullptr ? static_cast<ssize_t>(bytes) : current()->allow(path, bytes);
}

int FileCalls::note_descriptor(const std::string& what, int descriptor) {
  return note(what, {path_of(descriptor)});
}

int FileCalls::note(const std::string& what, const std::vector<fs::path>& paths) {
  std::unique_lock lock(mutex());
  return current() == nullptr ? 0 : current()->add(what, paths, lock);
}

bool FileCalls::is_below(const fs::path& path) const {
  return path.string().starts_with(below_.string());
}

ssize_t FileCalls::allow(const fs::path& path, std::size_t bytes) {
  if (!is_below(path)) return static_cast<ssize_t>(bytes);
  if ("write " + path.filename().string() == failing_.first) return -failing_.second;
  if (!interrupts_) return static_cast<ssize_t>(bytes);
  was_interrupted_ = !was_interrupted_;
  return was_interrupted_ ? -EINTR : static_cast<ssize_t>((bytes + 1) / 2);
}

int FileCalls::add(const std::string& what, const std::vector<fs::path>& paths,
                   std::unique_lock<std::mutex>& lock) {
  if (!is_below(paths.front())) return 0;
  Call call{.name = what, .content = {}};
  for (const auto& path : paths) call.name += " " + (path == below_ ? "." : path.filename().string());
  if (fs::is_regular_file(paths.front())) {
    std::ifstream file(paths.front(), std::ios::binary);
    call.content.assign(std::istreambuf_iterator<char>(file), {});
  }
  calls_.push_back(call);
  if (call.name == held_) {
    is_held_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return held_.empty(); });
    is_held_ = false;
  }
  return call.name == failing_.first ? failing_.second : 0;
}

namespace {

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

}  // namespace
}  // namespace annals::support

using annals::support::FileCalls;
using annals::support::unless_failing;
using annals::support::write_some;

// They come before those of the C library, in the standard library's code too, and before those of a
// sanitizer, which are weak: so these must not be.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" int fsync(int descriptor) {
  return unless_failing(FileCalls::note_descriptor("sync", descriptor), SYS_fsync, descriptor);
}

extern "C" int fdatasync(int descriptor) {
  return unless_failing(FileCalls::note_descriptor("sync", descriptor), SYS_fdatasync, descriptor);
}

extern "C" int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  const bool is_unnamed = (flags & O_TMPFILE) == O_TMPFILE;
  if (is_unnamed || (flags & O_CREAT) != 0) {
    std::va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  const int error = is_unnamed ? FileCalls::note("open", {path}) : 0;
  return unless_failing(error, SYS_openat, AT_FDCWD, path, flags, mode);
}

extern "C" int flock(int descriptor, int operation) noexcept {
  return unless_failing(FileCalls::note_descriptor("lock", descriptor), SYS_flock, descriptor, operation);
}

extern "C" int ftruncate(int descriptor, off_t size) noexcept {
  return unless_failing(FileCalls::note_descriptor("cut", descriptor), SYS_ftruncate, descriptor, size);
}

extern "C" int rename(const char* from, const char* to) noexcept {
  return unless_failing(FileCalls::note("rename", {from, to}), SYS_rename, from, to);
}

extern "C" ssize_t write(int descriptor, const void* data, std::size_t bytes) {
  return write_some(SYS_write, descriptor, data, bytes);
}

extern "C" ssize_t pwrite(int descriptor, const void* data, std::size_t bytes, off_t at) {
  return write_some(SYS_pwrite64, descriptor, data, bytes, at);
}

extern "C" int posix_fadvise(int descriptor, off_t from, off_t size, int advice) noexcept {
  const int error = FileCalls::note_descriptor("uncache", descriptor);
  if (error != 0) return error;
  return ::syscall(SYS_fadvise64, descriptor, from, size, advice) == 0 ? 0 : errno;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
