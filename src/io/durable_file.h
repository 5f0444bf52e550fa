#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "io/descriptor.h"

namespace annals::io {

/// Returns the content of a file, or nullopt if it does not exist. Throws std::system_error.
std::optional<std::string> read_if_there(const std::filesystem::path& path);

/// Replaces a file so that every reader, even after a crash of this process, sees the old content or the new.
/// It does not sync the file to the disk. Throws std::system_error.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// Does the same, and returns once the new content and its name are on the disk. What a failure has written
/// is removed. Throws std::system_error.
void replace_durably(const std::filesystem::path& path, std::string_view content);

/// Makes a file for its owner only, which a crash leaves either complete and on the disk or not at all; on a
/// file system without unnamed files, such as NFS, it may leave `PATH.` and six random characters beside it.
/// Returns false, and changes nothing, if there is a file of that name: of several processes that make it at
/// once one does. Throws std::system_error.
bool make_durably(const std::filesystem::path& path, std::string_view content);

/// Returns once the names in the directory are on the disk. Throws std::system_error.
void sync_directory(const std::filesystem::path& directory);

/// Returns once the system's cache holds nothing of an open file, so that it is read from the disk again; at
/// once if the file system is memory and has no disk. Sync the file before: what is not written yet stays in
/// the cache. The system takes POSIX_FADV_DONTNEED for a wish and tells nobody what it has kept, so this
/// looks and asks again; it throws std::system_error if the cache still holds a part after `patience`,
/// because another process uses it. `path` is for the message.
void drop_cached(const Descriptor& file, const std::filesystem::path& path,
                 std::chrono::milliseconds patience = std::chrono::seconds(10));

/// Writes a file that grows at its end. Every call throws std::system_error.
class GrowingFile {
 public:
  GrowingFile() = default;
  /// Opens or creates the file and cuts it off after its first `keep` bytes.
  GrowingFile(const std::filesystem::path& path, std::uint64_t keep);
  /// Takes over what is open for writing, such as a device. `path` is its name.
  GrowingFile(Descriptor descriptor, std::filesystem::path path);
  /// Takes over a file that is open for writing at its end, and cuts it off after its first `keep` bytes.
  GrowingFile(Descriptor descriptor, std::filesystem::path path, std::uint64_t keep);
  /// Wraps a descriptor that is not its own, such as standard output, and leaves it open. `name` is for
  /// messages.
  static GrowingFile borrowed(int descriptor, std::string name);
  ~GrowingFile();
  GrowingFile(GrowingFile&& other) noexcept;
  GrowingFile& operator=(GrowingFile&& other) noexcept;
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  [[nodiscard]] bool open() const { return descriptor_ >= 0; }
  void append(std::string_view bytes);
  void cut(std::uint64_t size);
  /// Waits until the whole file is on the disk, then gives it its final name, durably.
  void sync_and_rename(const std::filesystem::path& name);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool owned_ = false;
};

}  // namespace annals::io
