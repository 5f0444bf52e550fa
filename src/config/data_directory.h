#pragma once

#include <filesystem>
#include <optional>

#include "crypto/secret.h"

namespace annals::config {

/// The directory of everything that is kept on this machine: `api_key`, `file_url_key`, `engine/`, `files/`.
class DataDirectory {
 public:
  /// Makes the directory when it is missing, for its owner only. Throws std::runtime_error.
  explicit DataDirectory(std::filesystem::path path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  /// Makes sure that no second process works on this directory, for as long as this object lives. Throws
  /// std::runtime_error when one does.
  void lock();

  [[nodiscard]] std::filesystem::path engine() const { return path_ / "engine"; }
  [[nodiscard]] std::filesystem::path files() const { return path_ / "files"; }
  [[nodiscard]] std::filesystem::path api_key() const { return path_ / "api_key"; }

  struct Key {
    crypto::Secret key;
    bool made_now = false;
  };
  /// The platform key kept in `api_key`, made when there is none; the file is readable by its owner only.
  /// Throws std::runtime_error.
  Key find_or_make_api_key();

  /// The same of `file_url_key`, which signs the URLs of local files.
  crypto::Secret find_or_make_file_url_key();

 private:
  static Key find_or_make(const std::filesystem::path& path);

  std::filesystem::path path_;
  int lock_file_ = -1;
};

}  // namespace annals::config
