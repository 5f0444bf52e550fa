#pragma once

#include <filesystem>
#include <optional>

#include "crypto/secret.h"
#include "io/descriptor.h"

namespace annals::config {

/// Manages the directory of everything that is stored on this machine: `api_key`, `file_url_key`, `lock`,
/// `engine/`, `journal/`, `files/`.
class DataDirectory {
 public:
  /// Creates the directory for its owner only, if it does not exist. Throws std::runtime_error.
  explicit DataDirectory(std::filesystem::path path);

  /// Locks the directory against other processes for as long as this object lives. Throws std::runtime_error
  /// if another process has locked it.
  void lock();

  [[nodiscard]] std::filesystem::path engine() const { return path_ / "engine"; }
  [[nodiscard]] std::filesystem::path journal() const { return path_ / "journal"; }
  [[nodiscard]] std::filesystem::path files() const { return path_ / "files"; }
  [[nodiscard]] std::filesystem::path api_key() const { return path_ / "api_key"; }

  struct Key {
    crypto::Secret key;
    bool made_now = false;
  };
  /// Returns the platform key in `api_key`, and generates it if the file does not exist. Only its owner can
  /// read the file. Throws std::runtime_error.
  Key find_or_make_api_key();

  /// Does the same as find_or_make_api_key() for `file_url_key`, which signs the URLs of local files.
  crypto::Secret find_or_make_file_url_key();

 private:
  static Key find_or_make(const std::filesystem::path& path);

  std::filesystem::path path_;
  io::Descriptor lock_file_;
};

}  // namespace annals::config
