#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "io/descriptor.h"

namespace annals::io {

/// Thrown for a name that leads to a device, a FIFO, or something else that has no content to replace.
class NoRegularFile : public std::runtime_error {
 public:
  explicit NoRegularFile(const std::filesystem::path& path)
      : std::runtime_error(path.string() + " is no regular file") {}
};

/// Opens a file for writing at its end, creates it if it is missing, and locks it against other processes
/// until the descriptor is closed. Returns nullopt if another process has it locked. Where the file system
/// knows no locks, the file is opened without one. Throws NoRegularFile, and std::system_error.
std::optional<Descriptor> open_locked(const std::filesystem::path& path);

/// Holds a small file that one process at a time may write, and replaces its content as a whole. The file is
/// locked for as long as this object lives. Not thread-safe.
class LockedFile {
 public:
  /// Opens the file, or creates an empty one. A link stays one: the file that it leads to is opened. Returns
  /// nullopt if another process has it locked. Throws NoRegularFile, and std::system_error.
  static std::optional<LockedFile> open(const std::filesystem::path& path);
  /// Removes the file if it is empty.
  ~LockedFile();
  LockedFile(LockedFile&& other) noexcept = default;
  LockedFile& operator=(LockedFile&& other) = delete;
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  /// Replaces the content so that every reader, even after a crash of this process, sees the old content or
  /// the new. It does not sync the file to the disk. Throws std::system_error.
  void replace(std::string_view content);
  /// Throws std::system_error if replace() cannot work, and changes nothing.
  void probe();
  /// Removes the file. Throws std::system_error.
  void remove();

 private:
  LockedFile(std::filesystem::path path, Descriptor descriptor);

  std::filesystem::path path_;
  Descriptor descriptor_;
};

}  // namespace annals::io
