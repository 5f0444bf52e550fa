#pragma once

#include <filesystem>
#include <string_view>

namespace annals::cli {

/// A file for a secret that is shown once. It is made before the secret is, so that a path that cannot be
/// written costs no secret, and it is removed again if nothing is written. Only its owner can read it.
class NewSecretFile {
 public:
  /// Throws Mistake if the file exists or cannot be made.
  explicit NewSecretFile(std::filesystem::path path);
  ~NewSecretFile();
  NewSecretFile(const NewSecretFile&) = delete;
  NewSecretFile& operator=(const NewSecretFile&) = delete;

  /// Writes the secret as the only line, and returns once it is on the disk. Throws std::system_error.
  void write(std::string_view secret);

 private:
  const std::filesystem::path path_;
  bool is_written_ = false;
};

}  // namespace annals::cli
