// A file of the local store is one file, so that it appears and is replaced at once with all that belongs to
// it. Its first 512 bytes are its head, in text, filled up with blanks; the content follows:
//
//   annals file 1
//   sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
//   content-type application/pdf
//
// `tail -c +513` gives the content.
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

/// Exactly FileHead::kSize bytes.
std::string encode(const FileHead& head);

/// Nothing when `text` is not what encode() makes.
std::optional<FileHead> parse_file_head(std::string_view text);

/// The content type to keep: that of the upload, or a neutral one when it has none or one that no response
/// could carry.
std::string kept_content_type(const std::string* sent);

}  // namespace annals::files
