#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace annals::io {

/// The content of a file, or nothing when there is no such file. Throws std::system_error.
std::optional<std::string> read_if_there(const std::filesystem::path& path);

/// Replaces a file: whoever reads it, after a crash too, sees the old content or the new. Throws
/// std::system_error.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// A file that grows at its end. Throws std::system_error.
class GrowingFile {
 public:
  GrowingFile() = default;
  /// Opens the file, or makes it, cut off after its first `keep` bytes.
  GrowingFile(std::filesystem::path path, std::uint64_t keep);
  /// A descriptor of somebody else's, as standard output, which stays open. `name` is for messages.
  static GrowingFile borrowed(int descriptor, std::string name);
  ~GrowingFile();
  GrowingFile(GrowingFile&& other) noexcept;
  GrowingFile& operator=(GrowingFile&& other) noexcept;
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  [[nodiscard]] bool open() const { return descriptor_ >= 0; }
  void append(std::string_view bytes);
  void cut(std::uint64_t size);
  /// Waits until all of it is on the disk, and gives it its name of good.
  void sync_and_rename(const std::filesystem::path& name);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool owned_ = false;
};

}  // namespace annals::io
