#pragma once

#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "files/local/file_head.h"
#include "io/descriptor.h"

namespace annals::files {

/// A file that is being uploaded, under a temporary name beside the one it will have; nobody sees it before
/// commit(). What is not committed is removed: by the destructor, and after a crash by remove_if_abandoned().
/// Its calls block; one at a time. They throw std::system_error.
class UploadFile {
 public:
  /// Temporary names begin with this; no file id does.
  static constexpr std::string_view kPrefix = ".upload-";

  /// In that directory.
  explicit UploadFile(io::Descriptor directory);
  ~UploadFile();
  UploadFile(const UploadFile&) = delete;
  UploadFile& operator=(const UploadFile&) = delete;

  void write(std::string_view part);

  /// Gives the file its name, in place of another of that name, after it has reached the disk. Returns its
  /// head; nothing when the directory or the temporary file was removed meanwhile: then it is not kept.
  std::optional<FileHead> commit(const std::string& name, std::string content_type);

  /// Removes the temporary file. Repeating it is harmless.
  void abandon() noexcept;

  /// Removes a temporary file in `directory` unless somebody is writing it. True when it was removed.
  static bool remove_if_abandoned(const io::Descriptor& directory, const std::string& name);

 private:
  void write_at(std::string_view text, off_t offset);

  io::Descriptor directory_;
  std::string name_;  // empty when there is nothing to remove
  io::Descriptor file_;
  off_t written_ = FileHead::kSize;  // the head comes last
  crypto::Sha256Stream sha256_;
};

}  // namespace annals::files
