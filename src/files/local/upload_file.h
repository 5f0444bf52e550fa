#pragma once

#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "files/local/file_head.h"
#include "io/descriptor.h"

namespace annals::files {

/// Writes a file that is being uploaded, under a temporary name beside its final one, so that the file is not
/// visible before commit(). An upload that is not committed is removed by the destructor, and after a crash
/// by remove_if_abandoned(). The calls block and throw std::system_error. Not thread-safe.
class UploadFile {
 public:
  /// The beginning of every temporary name, and of no file id.
  static constexpr std::string_view kPrefix = ".upload-";

  /// Creates the temporary file in `directory`.
  explicit UploadFile(io::Descriptor directory);
  ~UploadFile();
  UploadFile(const UploadFile&) = delete;
  UploadFile& operator=(const UploadFile&) = delete;

  void write(std::string_view part);

  /// Gives the file its name once it is on the disk, and replaces another file of that name. Returns its
  /// head, or nullopt if the directory or the temporary file was removed meanwhile and the file is not kept.
  std::optional<FileHead> commit(const std::string& name, std::string content_type);

  /// Removes the temporary file. Idempotent.
  void abandon() noexcept;

  /// Removes a temporary file in `directory` unless a process is writing it. Returns whether it was removed.
  static bool remove_if_abandoned(const io::Descriptor& directory, const std::string& name);

 private:
  void write_at(std::string_view text, off_t offset);

  io::Descriptor directory_;
  std::string name_;  // empty if nothing is to be removed
  io::Descriptor file_;
  off_t written_ = FileHead::kSize;  // the head is written last
  crypto::Sha256Stream sha256_;
};

}  // namespace annals::files
