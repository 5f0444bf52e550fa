// A disk that fails, for LD_PRELOAD. While the file exists that TEST_FAILING_SYNC names, syncfs, fsync and
// fdatasync fail with EIO. Of the file that TEST_LOST_FILE leads to, the disk has zeros only: they show once
// it is dropped from the system's cache.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace {

bool is_lost(int descriptor, const char* lost) {
  struct stat given = {};
  struct stat wanted = {};
  return lost != nullptr && ::stat(lost, &wanted) == 0 && ::fstat(descriptor, &given) == 0 &&
         given.st_dev == wanted.st_dev && given.st_ino == wanted.st_ino;
}

void blank(const char* path) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  struct stat status = {};
  if (::fstat(file, &status) != 0) std::abort();
  const std::string zeros(static_cast<std::size_t>(status.st_size), '\0');
  if (::write(file, zeros.data(), zeros.size()) != status.st_size) std::abort();
  // What the disk does not have yet stays in the cache, and a busy disk takes it after the next call only.
  if (::syscall(SYS_fsync, file) != 0) std::abort();
  ::close(file);
}

// NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment

/// Returns whether a sync fails now, with errno set.
bool fails() {
  const char* file = std::getenv("TEST_FAILING_SYNC");
  if (file == nullptr || ::access(file, F_OK) != 0) return false;
  errno = EIO;
  return true;
}

}  // namespace

extern "C" int syncfs(int descriptor) {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_syncfs, descriptor));
}

extern "C" int fsync(int descriptor) {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_fsync, descriptor));
}

extern "C" int fdatasync(int descriptor) {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

extern "C" int posix_fadvise(int descriptor, off_t offset, off_t length, int advice) {
  const char* lost = std::getenv("TEST_LOST_FILE");
  if (advice == POSIX_FADV_DONTNEED && is_lost(descriptor, lost)) blank(lost);
  return ::syscall(SYS_fadvise64, descriptor, offset, length, advice) == 0 ? 0 : errno;
}
// NOLINTEND(concurrency-mt-unsafe)
