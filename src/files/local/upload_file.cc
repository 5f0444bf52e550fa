#include "files/local/upload_file.h"

#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

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

std::optional<FileHead> UploadFile::commit(const std::string& name, std::string content_type) {
  FileHead head{.sha256 = text::to_hex(sha256_.finish()), .content_type = std::move(content_type)};
  write_at(encode(head), 0);
  sync(file_, name_);
  if (renameat(directory_.get(), name_.c_str(), directory_.get(), name.c_str()) != 0) {
    // The file was removed with all files of its database. A new directory under the same path is another
    // directory, which this descriptor does not reach.
    if (errno == ENOENT) return std::nullopt;
    fail(errno, name);
  }
  name_.clear();
  sync(directory_, name);
  return head;
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
