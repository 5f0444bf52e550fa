// Each file of the local store is one file on the disk, so that it appears and is replaced atomically with
// its metadata. Its first 2048 bytes are its head, in text, padded with blanks; the content follows:
//
//   annals file 2
//   sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
//   content-type application/pdf
//   content-encoding
//   content-disposition attachment; filename="offer.pdf"
//
// `tail -c +2049` prints the content. The heads of version 1, `annals file 1`, have 512 bytes and end after
// the content type.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace annals::files {

/// The headers of an upload that are kept with the file. Printable ASCII, or empty.
struct FileMetadata {
  std::string content_type = {};
  std::string content_encoding = {};
  std::string content_disposition = {};
};

struct FileHead {
  static constexpr std::size_t kSize = 2048;       // bytes of a new file's head
  static constexpr std::size_t kFirstSize = 512;   // bytes of a head of version 1
  static constexpr std::size_t kMaxType = 255;     // characters
  static constexpr std::size_t kMaxEncoding = 64;  // characters
  static constexpr std::size_t kMaxDisposition = 1200;

  std::string sha256;  // of the content, hexadecimal
  FileMetadata metadata = {};
  std::size_t size = kSize;  // of the head on the disk
};

/// Returns the head as exactly FileHead::kSize bytes.
std::string encode(const FileHead& head);

/// Reads the head at the beginning of a file. Returns nullopt if the file does not begin with one.
std::optional<FileHead> parse_file_head(std::string_view text);

/// Returns what is kept of an upload's headers: each as it was sent, or a neutral value if it is too long or
/// no response could carry it.
FileMetadata kept_metadata(FileMetadata sent);

}  // namespace annals::files
