#include "files/local/inert_type.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "text/ascii.h"

namespace annals::files {
namespace {

constexpr std::string_view kNeutralType = "application/octet-stream";

// A list of what is harmless, because nobody can list what is not. No markup, no script, no style; SVG is
// markup.
constexpr auto kInert = std::to_array<std::string_view>({
    "application/gzip",
    "application/json",
    "application/msword",
    "application/octet-stream",
    "application/pdf",
    "application/rtf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/x-7z-compressed",
    "application/x-ndjson",
    "application/x-tar",
    "application/zip",
    "application/zstd",
    "audio/aac",
    "audio/flac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/heic",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/webp",
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
    "video/mp4",
    "video/mpeg",
    "video/ogg",
    "video/quicktime",
    "video/webm",
});
static_assert(std::ranges::is_sorted(kInert));

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [kOthers](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || kOthers.contains(c);
  });
}

/// Takes what stands before the next `;` off a header's value.
std::string_view take_part(std::string_view& value) {
  const auto end = value.find(';');
  const std::string_view part = text::trim(value.substr(0, end));
  value.remove_prefix(end == std::string_view::npos ? value.size() : end + 1);
  return part;
}

/// Returns the charset among the parameters, or an empty text.
std::string_view charset_in(std::string_view parameters) {
  constexpr std::string_view kName = "charset=";
  while (!parameters.empty()) {
    std::string_view part = take_part(parameters);
    if (text::to_lower(part.substr(0, kName.size())) != kName) continue;
    part.remove_prefix(kName.size());
    if (part.size() > 1 && part.starts_with('"') && part.ends_with('"')) {
      part = part.substr(1, part.size() - 2);
    }
    return is_token(part) ? part : std::string_view();
  }
  return {};
}

}  // namespace

std::string inert_content_type(std::string_view content_type) {
  const std::string type = text::to_lower(take_part(content_type));
  if (!std::ranges::binary_search(kInert, type)) return std::string(kNeutralType);
  const std::string_view charset = charset_in(content_type);
  return charset.empty() ? type : fmt::format("{}; charset={}", type, charset);
}

std::string attachment_of(std::string_view content_disposition) {
  const std::string_view kind = take_part(content_disposition);
  const std::string_view parameters = text::trim(content_disposition);
  if (!is_token(kind) || parameters.empty()) return "attachment";
  return fmt::format("attachment; {}", parameters);
}

}  // namespace annals::files
