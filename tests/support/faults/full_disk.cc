// A disk without room, for LD_PRELOAD. While the file exists that TEST_FULL_DISK names, no file in the
// directory that TEST_FULL_DISK_BELOW names grows: a write beyond its end fails with ENOSPC, and whoever asks
// for room there is told that there is none. If the file holds a number, writes succeed and so many bytes are
// told. With TEST_FULL_DISK_UNTOLD nobody is told, as with a quota.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace {

// NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment

bool is_below(int descriptor, const char* directory) {
  std::array<char, 64> link{};
  std::array<char, 4096> path{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  const ssize_t length = ::readlink(link.data(), path.data(), path.size());
  return length > 0 && std::string_view(path.data(), static_cast<std::size_t>(length)).starts_with(directory);
}

/// Returns the bytes that are told to be free, or nullopt if the disk is as it is.
std::optional<unsigned long long> told_room() {
  const char* full = std::getenv("TEST_FULL_DISK");
  if (full == nullptr) return std::nullopt;
  const int file = ::open(full, O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::array<char, 32> text{};
  const auto bytes = ::syscall(SYS_read, file, text.data(), text.size() - 1);
  ::close(file);
  return bytes > 0 ? std::strtoull(text.data(), nullptr, 10) : 0;
}

bool is_full() {
  return told_room() == 0;
}

/// Returns whether a write of so many bytes at that place fails now, with errno set.
bool fails(int descriptor, off_t at, std::size_t bytes) {
  const char* below = std::getenv("TEST_FULL_DISK_BELOW");
  struct stat status = {};
  if (below == nullptr || !is_full()) return false;
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  if (at + static_cast<off_t>(bytes) <= status.st_size || !is_below(descriptor, below)) return false;
  errno = ENOSPC;
  return true;
}
// NOLINTEND(concurrency-mt-unsafe)

template <class Room>
int ask_for_room(const char* function, const char* path, Room* room) {
  const auto real = reinterpret_cast<int (*)(const char*, Room*)>(::dlsym(RTLD_NEXT, function));
  const int result = real(path, room);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
  const bool told = std::getenv("TEST_FULL_DISK_UNTOLD") == nullptr;
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  const char* below = std::getenv("TEST_FULL_DISK_BELOW");
  const bool is_there = below != nullptr && std::string_view(path).starts_with(below);
  if (const auto bytes = told_room(); result == 0 && told && is_there && bytes) {
    room->f_bavail = room->f_bfree = *bytes / room->f_frsize;
  }
  return result;
}

}  // namespace

extern "C" ssize_t write(int descriptor, const void* data, std::size_t bytes) {
  const off_t at = ::lseek(descriptor, 0, SEEK_CUR);
  if (at >= 0 && fails(descriptor, at, bytes)) return -1;
  return ::syscall(SYS_write, descriptor, data, bytes);
}

extern "C" ssize_t pwrite(int descriptor, const void* data, std::size_t bytes, off_t at) {
  if (fails(descriptor, at, bytes)) return -1;
  return ::syscall(SYS_pwrite64, descriptor, data, bytes, at);
}

extern "C" ssize_t pwrite64(int descriptor, const void* data, std::size_t bytes, off_t at) {
  return ::pwrite(descriptor, data, bytes, at);
}

extern "C" int statvfs(const char* path, struct statvfs* room) {
  return ask_for_room("statvfs", path, room);
}

extern "C" int statvfs64(const char* path, struct statvfs64* room) {
  return ask_for_room("statvfs64", path, room);
}
