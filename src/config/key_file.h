#pragma once

#include <filesystem>
#include <string>

#include "crypto/secret.h"

namespace annals::config {

/// A key that is kept in a file.
struct KeyFile {
  crypto::Secret key;
  bool made_now = false;
  bool is_public = false;  // every user of the machine can read the file
};

/// Returns the key in the first line of a file, and generates it if the file does not exist: of several
/// processes that do so at once one makes it, and all have it. Only its owner can read the new file. A key
/// must be as auth.api_keys must, and its file must be a file of this user or of root that nobody else can
/// write. Throws std::runtime_error, for the operator to read.
KeyFile find_or_make(const std::filesystem::path& path);

/// The content of a file from which a secret setting is read.
struct SecretFile {
  std::string content;
  bool is_public = false;  // every user of the machine can read the file
};

/// Reads a file from which a secret setting is read. It must be a file of this user or of root that nobody
/// else can write, of 64 KiB at most. A link is followed, because secrets are often mounted as links. Throws
/// std::runtime_error, for the operator to read; the message never shows what is in the file.
SecretFile read_secret_file(const std::filesystem::path& path);

}  // namespace annals::config
