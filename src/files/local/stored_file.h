#pragma once

#include <cstdint>
#include <string>

#include "files/local/file_head.h"
#include "io/descriptor.h"

namespace annals::files {

/// A file that was uploaded, open for reading: it stays readable when it is replaced or removed. Its calls
/// block; read() may be called by several at once. They throw std::system_error.
class StoredFile {
 public:
  /// Throws FileStoreError when it is not a file that we wrote.
  explicit StoredFile(io::Descriptor file);

  [[nodiscard]] const FileHead& head() const { return head_; }
  /// Bytes of content.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Up to `size` bytes of the content from `offset` on; fewer at its end.
  [[nodiscard]] std::string read(std::uint64_t offset, std::size_t size) const;

 private:
  [[nodiscard]] std::string read_at(off_t position, std::size_t size) const;

  io::Descriptor file_;
  FileHead head_;
  std::uint64_t size_ = 0;
};

}  // namespace annals::files
