#include "io/locked_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <stdexcept>

#include "io/durable_file.h"
#include "io/removed_at_end.h"

namespace annals::io {
namespace {

constexpr mode_t kMode = 0666;  // without the bits of the umask

bool is_same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// Returns whether the path still leads to the open file. The process that had it locked may have renamed or
/// removed it before it let go.
bool still_named(const std::filesystem::path& path, const Descriptor& file) {
  struct stat named{};
  struct stat opened{};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(file.get(), &opened) == 0 &&
         is_same_file(named, opened);
}

bool is_regular(const Descriptor& file) {
  struct stat status{};
  return ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
}

std::filesystem::path unfinished_of(const std::filesystem::path& path) {
  return path.string() + ".annals-new";  // no name that a user's file has
}

bool knows_no_locks(int error) {
  constexpr std::array<int, 4> kErrors = {ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL};
  return std::ranges::find(kErrors, error) != kErrors.end();
}

}  // namespace

std::optional<Descriptor> open_locked(const std::filesystem::path& path) {
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    // A FIFO does not wait for a reader then, and has the error ENXIO.
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, kMode));
    if (!file.open() && errno != ENXIO) fail(errno, "cannot open " + path.string());
    if (!file.open() || !is_regular(file)) throw NoRegularFile(path);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && !knows_no_locks(errno)) {
      if (errno != EWOULDBLOCK) fail(errno, "cannot lock " + path.string());
      return std::nullopt;
    }
    if (still_named(path, file)) return file;
  }
  throw std::runtime_error("another process replaces " + path.string() + " all the time");
}

std::optional<LockedFile> LockedFile::open(const std::filesystem::path& path) {
  auto descriptor = open_locked(path);
  if (!descriptor) return std::nullopt;
  return LockedFile(std::filesystem::canonical(path), *std::move(descriptor));
}

LockedFile::LockedFile(std::filesystem::path path, Descriptor descriptor)
    : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

LockedFile::~LockedFile() {
  struct stat status{};
  const bool is_empty = ::fstat(descriptor_.get(), &status) == 0 && status.st_size == 0;
  std::error_code ignored;
  if (is_empty && still_named(path_, descriptor_)) std::filesystem::remove(path_, ignored);
}

// The new file is locked before it takes the old one's name, so that there is no moment without a lock.
void LockedFile::replace(std::string_view content) {
  const std::filesystem::path unfinished = unfinished_of(path_);
  auto next = open_locked(unfinished);
  if (!next) throw std::runtime_error("another process writes " + unfinished.string());
  GrowingFile(Descriptor(::dup(next->get())), unfinished, 0).append(content);
  std::filesystem::rename(unfinished, path_);
  descriptor_ = *std::move(next);
}

void LockedFile::probe() {
  const std::filesystem::path unfinished = unfinished_of(path_);
  const auto next = open_locked(unfinished);
  if (!next) fail(EWOULDBLOCK, "cannot lock " + unfinished.string());
  const RemovedAtEnd removed(unfinished);  // while it is locked: it is nobody else's
}

void LockedFile::remove() {
  std::filesystem::remove(path_);
}

}  // namespace annals::io
