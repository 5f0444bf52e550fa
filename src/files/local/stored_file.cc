#include "files/local/stored_file.h"

#include "files/file_store.h"

namespace annals::files {

using io::Descriptor;
using io::fail;

StoredFile::StoredFile(Descriptor file) : file_(std::move(file)) {
  if (fstat(file_.get(), &status_) != 0) fail(errno, "cannot look at a file");
  auto head = parse_file_head(S_ISREG(status_.st_mode) ? read_at(0, FileHead::kSize) : std::string());
  const auto size = static_cast<std::uint64_t>(status_.st_size);
  if (!head || size < head->size)
    throw FileStoreError("local file store: a file has no head; was it put there by hand?");
  head_ = *std::move(head);
  size_ = size - head_.size;
}

bool StoredFile::is(const struct stat& other) const {
  return status_.st_dev == other.st_dev && status_.st_ino == other.st_ino;
}

void StoredFile::seal() const {
  if (is_sealed(status_)) return;
  if (fchmod(file_.get(), S_IRUSR) != 0) fail(errno, "cannot seal a file");
}

bool StoredFile::is_sealed(const struct stat& status) {
  return (status.st_mode & S_IWUSR) == 0;
}

std::string StoredFile::read(std::uint64_t offset, std::size_t size) const {
  return read_at(static_cast<off_t>(head_.size + offset), size);
}

std::string StoredFile::read_at(off_t position, std::size_t size) const {
  std::string text(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        pread(file_.get(), text.data() + done, size - done, position + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno, "cannot read a file");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

}  // namespace annals::files
