// Each file of the local store is one file on the disk, so that it appears and is replaced atomically with
// its metadata. Its first 512 bytes are its head, in text, padded with blanks; the content follows:
//
//   annals file 1
//   sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
//   content-type application/pdf
//
// `tail -c +513` prints the content.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace annals::files {

struct FileHead {
  static constexpr std::size_t kSize = 512;            // bytes
  static constexpr std::size_t kMaxContentType = 255;  // characters

  std::string sha256;        // of the content, hexadecimal
  std::string content_type;  // printable ASCII
};

/// Returns the head as exactly FileHead::kSize bytes.
std::string encode(const FileHead& head);

/// Returns nullopt if `text` is not a head as encode() makes it.
std::optional<FileHead> parse_file_head(std::string_view text);

/// Returns the content type to store: that of the upload, or a neutral one if the upload has none (null) or
/// one that no response could carry.
std::string kept_content_type(const std::string* sent);

}  // namespace annals::files
