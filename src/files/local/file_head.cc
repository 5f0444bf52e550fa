#include "files/local/file_head.h"

#include <utility>

#include <fmt/format.h>

#include "text/ascii.h"

namespace annals::files {
namespace {

constexpr std::size_t kHashDigits = 64;
constexpr const char* kNeutralType = "application/octet-stream";

/// Takes the next line off `text` and returns what follows `name` in it. Returns nullopt if the line does not
/// begin with `name`.
std::optional<std::string> take_line(std::string_view& text, std::string_view name) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(name)) return std::nullopt;
  std::string value(text.substr(name.size(), end - name.size()));
  text.remove_prefix(end + 1);
  return value;
}

/// Returns the value, or the other one if the value cannot be kept.
std::string kept(std::string value, std::size_t max_length, const char* otherwise) {
  const bool keeps = !value.empty() && value.size() <= max_length && text::is_printable_ascii(value);
  return keeps ? std::move(value) : otherwise;
}

}  // namespace

std::string encode(const FileHead& head) {
  std::string text = fmt::format(
      "annals file 2\nsha256 {}\ncontent-type {}\ncontent-encoding {}\ncontent-disposition {}\n", head.sha256,
      head.metadata.content_type, head.metadata.content_encoding, head.metadata.content_disposition);
  text.resize(FileHead::kSize - 1, ' ');
  return text + "\n";
}

std::optional<FileHead> parse_file_head(std::string_view text) {
  const auto version = take_line(text, "annals file ");
  auto sha256 = take_line(text, "sha256 ");
  auto type = take_line(text, "content-type ");
  if (!version || !sha256 || sha256->size() != kHashDigits || !type) return std::nullopt;
  FileHead head{.sha256 = *std::move(sha256), .metadata = {.content_type = *std::move(type)}};
  if (version == "1") {
    head.size = FileHead::kFirstSize;
    return head;
  }
  auto encoding = take_line(text, "content-encoding ");
  auto disposition = take_line(text, "content-disposition ");
  if (version != "2" || !encoding || !disposition) return std::nullopt;
  head.metadata.content_encoding = *std::move(encoding);
  head.metadata.content_disposition = *std::move(disposition);
  return head;
}

FileMetadata kept_metadata(FileMetadata sent) {
  return {.content_type = kept(std::move(sent.content_type), FileHead::kMaxType, kNeutralType),
          .content_encoding = kept(std::move(sent.content_encoding), FileHead::kMaxEncoding, ""),
          .content_disposition = kept(std::move(sent.content_disposition), FileHead::kMaxDisposition, "")};
}

}  // namespace annals::files
