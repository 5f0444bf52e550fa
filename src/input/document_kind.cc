#include "input/document_kind.h"

#include <array>

namespace annals::input {
namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view beginning;
  std::string_view words;
};

constexpr std::string_view kUtf16 = "This is UTF-16, not UTF-8";
constexpr std::string_view kUtf32 = "This is UTF-32, not UTF-8";

// The first that matches counts: the mark of UTF-32 begins with that of UTF-16.
constexpr auto kKinds = std::to_array<Kind>({
    {"\xFF\xFE\0\0"sv, kUtf32},
    {"\0\0\xFE\xFF"sv, kUtf32},
    {"\xFF\xFE"sv, kUtf16},
    {"\xFE\xFF"sv, kUtf16},
    {"\x1F\x8B"sv, "This is gzip, not JSON; decompress it, or send it with Content-Encoding: gzip"},
    {"\x28\xB5\x2F\xFD"sv, "This is zstd, not JSON; decompress it, or send it with Content-Encoding: zstd"},
    {"BZh"sv, "This is bzip2, not JSON"},
    {"\xFD"
     "7zXZ"sv,
     "This is xz, not JSON"},
    {"PK\x03\x04"sv, "This is a zip archive, not JSON"},
    {"PAR1"sv, "This is Parquet, not JSON"},
});

}  // namespace

std::string_view other_kind(std::string_view text) {
  for (const Kind& kind : kKinds) {
    if (text.starts_with(kind.beginning)) return kind.words;
  }
  // A JSON text begins with an ASCII character and has no NUL, so NULs tell which bytes make a character
  // (RFC 4627, section 3).
  if (text.size() < 2 || (text[0] != '\0') == (text[1] != '\0')) {
    return text.starts_with("\0\0"sv) ? kUtf32 : std::string_view();
  }
  return text.size() > 3 && text[0] != '\0' && text[2] == '\0' && text[3] == '\0' ? kUtf32 : kUtf16;
}

}  // namespace annals::input
