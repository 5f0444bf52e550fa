#include "files/local/upload_file.h"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "ids/id.h"
#include "text/hex.h"

namespace annals::files {
namespace {

using io::Descriptor;
using io::fail;

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

void sync(const Descriptor& descriptor, const std::string& what) {
  if (fsync(descriptor.get()) != 0) fail(errno, what);
}

}  // namespace

UploadFile::UploadFile(Descriptor directory)
    : directory_(std::move(directory)),
      name_(std::string(kPrefix) + FileId::random().text()),
      file_(openat(directory_.get(), name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly)) {
  if (!file_.open()) fail(errno, name_);
  // The lock shows remove_if_abandoned() that the file is being written; it ends with this process.
  if (flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    abandon();
    fail(error, name_);
  }
}

UploadFile::~UploadFile() {
  abandon();
}

void UploadFile::write(std::string_view part) {
  write_at(part, written_);
  written_ += static_cast<off_t>(part.size());
  sha256_.add(part);
}

void UploadFile::write_at(std::string_view text, off_t offset) {
  while (!text.empty()) {
    const ssize_t count = pwrite(file_.get(), text.data(), text.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno, name_);
    text.remove_prefix(static_cast<std::size_t>(count));
    offset += count;
  }
}

std::uint64_t UploadFile::free_bytes() const {
  struct statvfs status{};
  if (fstatvfs(directory_.get(), &status) != 0) fail(errno, name_);
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

FileHead UploadFile::finish(FileMetadata metadata) {
  FileHead head{.sha256 = text::to_hex(sha256_.finish()), .metadata = std::move(metadata)};
  write_at(encode(head), 0);
  sync(file_, name_);
  return head;
}

// A new directory under the same path is another directory, which directory_ does not reach.
UploadFile::Published UploadFile::publish(const std::string& name, const StoredFile* seen) {
  const auto published = seen == nullptr ? publish_new(name) : replace(name, *seen);
  if (published == Published::done) name_.clear();
  return published;
}

UploadFile::Published UploadFile::publish_new(const std::string& name) {
  // Unlike a rename this fails if there is a file of that name.
  if (linkat(directory_.get(), name_.c_str(), directory_.get(), name.c_str(), 0) != 0) {
    if (errno == EEXIST) return Published::changed;
    if (errno == ENOENT) return Published::removed;
    fail(errno, name);
  }
  // A crash here leaves both names; the next start removes this one.
  unlinkat(directory_.get(), name_.c_str(), 0);
  return Published::done;
}

UploadFile::Published UploadFile::replace(const std::string& name, const StoredFile& seen) {
  struct stat present{};
  if (fstatat(directory_.get(), name.c_str(), &present, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) fail(errno, name);
    return Published::removed;  // nothing removes a single file
  }
  if (!seen.is(present)) return Published::changed;
  if (StoredFile::is_sealed(present)) return Published::sealed;
  struct stat mine{};
  if (fstat(file_.get(), &mine) != 0) fail(errno, name_);
  if (mine.st_mtim.tv_sec <= seen.modified()) {
    // Two files must not have the same Last-Modified, which tells one from the other.
    const std::array<timespec, 2> times{timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                                        timespec{.tv_sec = seen.modified() + 1, .tv_nsec = 0}};
    if (futimens(file_.get(), times.data()) != 0) fail(errno, name_);
  }
  if (renameat(directory_.get(), name_.c_str(), directory_.get(), name.c_str()) != 0) {
    if (errno == ENOENT) return Published::removed;
    fail(errno, name);
  }
  return Published::done;
}

void UploadFile::sync_name() {
  sync(directory_, "the directory of a file");
}

void UploadFile::abandon() noexcept {
  if (name_.empty()) return;
  unlinkat(directory_.get(), name_.c_str(), 0);
  name_.clear();
  file_ = Descriptor();
}

bool UploadFile::remove_if_abandoned(const Descriptor& directory, const std::string& name) {
  const Descriptor file(
      openat(directory.get(), name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.open() || flock(file.get(), LOCK_EX | LOCK_NB) != 0) return false;
  return unlinkat(directory.get(), name.c_str(), 0) == 0;
}

}  // namespace annals::files
