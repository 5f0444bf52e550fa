// A process that dies at one chosen step of its work on files, for LD_PRELOAD. The steps are counted from
// when the file TEST_KILL_ARM exists: writes, syncs, cuts, renames and removals below the directory
// TEST_KILL_BELOW. TEST_KILL is `before:N`, or `within:N`, which writes about half of the bytes first, up to
// the end of a sector.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace {

constexpr std::size_t kSector = 512;  // bytes that a disk writes whole or not at all

struct Plan {
  // NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment
  std::filesystem::path arm = variable("TEST_KILL_ARM");
  std::string_view below = variable("TEST_KILL_BELOW");
  std::string_view wish = variable("TEST_KILL");
  bool within = wish.starts_with("within:");
  int at = wish.empty() ? 0 : std::atoi(wish.data() + wish.find(':') + 1);  // NOLINT(cert-err34-c)

  static std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : value;
  }
  // NOLINTEND(concurrency-mt-unsafe)
};

const Plan& plan() {
  static const Plan instance;
  return instance;
}

std::atomic<int> steps = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void die() {
  ::kill(::getpid(), SIGKILL);
}

/// Counts a step at that path. Dies before it, or returns whether to die within it.
bool dies_within(std::string_view path) {
  if (plan().at == 0 || !path.starts_with(plan().below) || !std::filesystem::exists(plan().arm)) return false;
  if (++steps != plan().at) return false;
  if (!plan().within) die();
  return true;
}

bool dies_within(int descriptor) {
  std::array<char, 64> link{};
  std::array<char, 4096> path{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  const ssize_t length = ::readlink(link.data(), path.data(), path.size());
  return length > 0 && dies_within(std::string_view(path.data(), static_cast<std::size_t>(length)));
}

}  // namespace

extern "C" ssize_t pwrite(int descriptor, const void* data, std::size_t bytes, off_t at) {
  const bool last = dies_within(descriptor);
  const std::size_t until = std::max<std::size_t>(at, (at + bytes / 2) / kSector * kSector);
  const auto result = ::syscall(SYS_pwrite64, descriptor, data, last ? until - at : bytes, at);
  if (last) die();
  return result;
}

extern "C" ssize_t pwrite64(int descriptor, const void* data, std::size_t bytes, off_t at) {
  return ::pwrite(descriptor, data, bytes, at);
}

extern "C" int fdatasync(int descriptor) {
  if (dies_within(descriptor)) die();
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

extern "C" int fsync(int descriptor) {
  if (dies_within(descriptor)) die();
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

extern "C" int ftruncate(int descriptor, off_t size) {
  if (dies_within(descriptor)) die();
  return static_cast<int>(::syscall(SYS_ftruncate, descriptor, size));
}

extern "C" int ftruncate64(int descriptor, off_t size) {
  return ::ftruncate(descriptor, size);
}

extern "C" int rename(const char* from, const char* to) {
  if (dies_within(std::string_view(to))) die();
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

extern "C" int remove(const char* path) {
  if (dies_within(std::string_view(path))) die();
  if (::syscall(SYS_unlinkat, AT_FDCWD, path, 0) == 0) return 0;
  if (errno != EISDIR) return -1;
  return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}
