#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "files/local/file_head.h"
#include "files/local/stored_file.h"
#include "io/descriptor.h"

namespace annals::files {

/// Writes a file that is being uploaded, under a temporary name beside its final one, so that the file is not
/// visible before publish(). An upload that is not published is removed by the destructor, and after a crash
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

  /// Returns the number of bytes that are free for this user on the disk.
  [[nodiscard]] std::uint64_t free_bytes() const;

  /// Completes the file and returns once it is on the disk.
  FileHead finish(FileMetadata metadata);

  enum class Published : std::uint8_t {
    done,     // the file has its name, once sync_name() returns also after a power cut
    changed,  // another file has the name
    sealed,   // the file of that name must stay
    removed,  // the directory or the temporary file was removed meanwhile; the file is not kept
  };

  /// Gives the finished file its name if the file of that name is still `seen` (null: there is none), which
  /// it then replaces. Calls for one name must follow one another.
  Published publish(const std::string& name, const StoredFile* seen);
  void sync_name();

  /// Removes the temporary file. Idempotent.
  void abandon() noexcept;

  /// Removes a temporary file in `directory` unless a process is writing it. Returns whether it was removed.
  static bool remove_if_abandoned(const io::Descriptor& directory, const std::string& name);

 private:
  void write_at(std::string_view text, off_t offset);
  Published publish_new(const std::string& name);
  Published replace(const std::string& name, const StoredFile& seen);

  io::Descriptor directory_;
  std::string name_;  // empty if nothing is to be removed
  io::Descriptor file_;
  off_t written_ = FileHead::kSize;  // the head is written last
  crypto::Sha256Stream sha256_;
};

}  // namespace annals::files
