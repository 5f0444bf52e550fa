#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/key_file.h"
#include "io/descriptor.h"

namespace annals::config {

/// Manages the directory of everything that is stored on this machine: `api_key`, `file_url_key`,
/// `format`, `lock`, `engine/`, `journal/`, `files/`.
class DataDirectory {
 public:
  /// Whether another process may use the directory at the same time. With a remote engine several may, so
  /// that instances on one machine have the same keys and the same local files.
  enum class Use : std::uint8_t { alone, shared };

  /// Creates the directory for its owner only, if it does not exist, and locks it for as long as this object
  /// lives, before anything is read or written in it. What an earlier version has made in it for everybody to
  /// read is taken back. Throws std::runtime_error, for the operator to read, if another process has locked
  /// it, if it is not this user's, or if a newer version has used it (see format_stamp.h).
  DataDirectory(const std::filesystem::path& path, Use use);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }  // absolute
  [[nodiscard]] std::filesystem::path engine() const { return path_ / "engine"; }
  [[nodiscard]] std::filesystem::path journal() const { return path_ / "journal"; }
  [[nodiscard]] std::filesystem::path files() const { return path_ / "files"; }
  [[nodiscard]] std::filesystem::path api_key() const { return path_ / "api_key"; }

  /// Returns whether this object has created the directory.
  [[nodiscard]] bool made_now() const { return made_now_; }
  /// Returns what the operator should know of: who else can reach what lies in the directory.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  /// Returns the platform key in `api_key`, and generates it if the file does not exist. See find_or_make().
  KeyFile find_or_make_api_key() { return find_or_make_key(api_key()); }

  /// Does the same for `file_url_key`, which signs the URLs of local files.
  crypto::Secret find_or_make_file_url_key() { return find_or_make_key(path_ / "file_url_key").key; }

 private:
  KeyFile find_or_make_key(const std::filesystem::path& path);
  void lock(Use use);
  void check_owner() const;
  void close_to_others(const std::filesystem::path& directory, unsigned mode);

  const std::filesystem::path path_;
  bool made_now_ = false;
  std::vector<std::string> warnings_;
  io::Descriptor lock_file_;
};

}  // namespace annals::config
