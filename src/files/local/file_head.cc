#include "files/local/file_head.h"

#include <algorithm>

#include <fmt/format.h>

namespace annals::files {
namespace {

constexpr std::size_t kHashDigits = 64;
constexpr const char* kNeutralType = "application/octet-stream";

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// Takes the next line off `text` and returns what follows `name` in it. Returns nullopt if the line does not
/// begin with `name`.
std::optional<std::string> take_line(std::string_view& text, std::string_view name) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(name)) return std::nullopt;
  std::string value(text.substr(name.size(), end - name.size()));
  text.remove_prefix(end + 1);
  return value;
}

}  // namespace

std::string encode(const FileHead& head) {
  std::string text =
      fmt::format("annals file 1\nsha256 {}\ncontent-type {}\n", head.sha256, head.content_type);
  text.resize(FileHead::kSize - 1, ' ');
  return text + "\n";
}

std::optional<FileHead> parse_file_head(std::string_view text) {
  if (text.size() != FileHead::kSize) return std::nullopt;
  const auto version = take_line(text, "annals file 1");
  auto sha256 = take_line(text, "sha256 ");
  auto content_type = take_line(text, "content-type ");
  if (version != "" || !sha256 || sha256->size() != kHashDigits || !content_type) return std::nullopt;
  return FileHead{.sha256 = *std::move(sha256), .content_type = *std::move(content_type)};
}

std::string kept_content_type(const std::string* sent) {
  const bool usable =
      sent != nullptr && !sent->empty() && sent->size() <= FileHead::kMaxContentType && is_printable(*sent);
  return usable ? *sent : kNeutralType;
}

}  // namespace annals::files
