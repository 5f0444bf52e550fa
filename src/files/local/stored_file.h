#pragma once

#include <cstdint>
#include <string>

#include <sys/stat.h>

#include "files/local/file_head.h"
#include "io/descriptor.h"

namespace annals::files {

/// Reads a file that was uploaded, which stays readable after it is replaced or removed. Its calls block and
/// throw std::system_error. read() is thread-safe.
class StoredFile {
 public:
  /// Takes over an open file. Throws FileStoreError if the local store did not write it.
  explicit StoredFile(io::Descriptor file);

  [[nodiscard]] const FileHead& head() const { return head_; }
  /// Returns the number of bytes of the content.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Returns the second of Unix time at which the file was uploaded. Of two files that had the same name one
  /// after the other, the second one's is later.
  [[nodiscard]] std::int64_t modified() const { return status_.st_mtim.tv_sec; }
  /// Returns whether `other` is this file, and not another one of the same name.
  [[nodiscard]] bool is(const struct stat& other) const;

  /// Marks the file so that UploadFile::publish() does not replace it. Idempotent. A crash may undo it only
  /// together with the machine.
  void seal() const;
  /// Returns whether a file with that status is sealed.
  [[nodiscard]] static bool is_sealed(const struct stat& status);

  /// Returns up to `size` bytes of the content from `offset` on, and fewer only at its end.
  [[nodiscard]] std::string read(std::uint64_t offset, std::size_t size) const;

 private:
  [[nodiscard]] std::string read_at(off_t position, std::size_t size) const;

  io::Descriptor file_;
  struct stat status_{};
  FileHead head_;
  std::uint64_t size_ = 0;
};

}  // namespace annals::files
