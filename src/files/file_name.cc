#include "files/file_name.h"

#include <algorithm>

#include <fmt/format.h>

#include "text/percent_encoding.h"
#include "text/utf8.h"

namespace annals::files {
namespace {

/// The signs that RFC 8187 leaves as they are, besides those that are never encoded.
constexpr std::string_view kAttributeSigns = "!#$&+^`|";

bool is_between(std::uint32_t point, std::uint32_t first, std::uint32_t last) {
  return point >= first && point <= last;
}

bool may_stand_in_a_name(std::uint32_t point) {
  constexpr std::uint32_t kLineSeparator = 0x2028;
  constexpr std::uint32_t kLastOverride = 0x202E;
  constexpr std::uint32_t kFirstIsolate = 0x2066;
  constexpr std::uint32_t kLastIsolate = 0x2069;
  return point != '/' && point != '\\' && !is_between(point, kLineSeparator, kLastOverride) &&
         !is_between(point, kFirstIsolate, kLastIsolate);
}

bool is_token_sign(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || kOthers.contains(c);
}

/// Takes a token off the text, and returns whether there was one.
bool take_token(std::string_view& text) {
  const auto* end = std::ranges::find_if_not(text, is_token_sign);
  const auto size = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(size);
  return size > 0;
}

bool take_sign(std::string_view& text, char sign) {
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes a text between quotation marks, without escapes, off the text.
bool take_quoted(std::string_view& text) {
  if (!take_sign(text, '"')) return false;
  const auto end = text.find('"');
  if (end == std::string_view::npos) return false;
  const std::string_view quoted = text.substr(0, end);
  text.remove_prefix(end + 1);
  return std::ranges::all_of(quoted, [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
}

bool take_parameter(std::string_view& text) {
  take_sign(text, ' ');
  if (!take_sign(text, ';')) return false;
  take_sign(text, ' ');
  if (!take_token(text) || !take_sign(text, '=')) return false;
  return text.starts_with('"') ? take_quoted(text) : take_token(text);
}

}  // namespace

bool is_file_name(std::string_view name) {
  if (name.empty() || name == "." || name == ".." || !text::has_no_controls(name)) return false;
  while (!name.empty()) {
    const std::string_view sequence = name.substr(0, text::utf8_sequence(name));
    if (sequence.empty() || !may_stand_in_a_name(text::code_point(sequence))) return false;
    name.remove_prefix(sequence.size());
  }
  return true;
}

std::string disposition_of(std::string_view name) {
  std::string plain;
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t size = text::utf8_sequence(rest);
    const char c = size == 1 ? rest.front() : '_';
    // Percent signs are decoded by some browsers, and signatures take several blanks for one.
    const bool is_safe = c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '%' &&
                         !(c == ' ' && (plain.empty() || plain.ends_with(' ')));
    plain += is_safe ? c : '_';
    rest.remove_prefix(std::max<std::size_t>(size, 1));
  }
  if (plain == name) return fmt::format("attachment; filename=\"{}\"", plain);
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain,
                     text::percent_encode(name, kAttributeSigns));
}

bool is_media_type(std::string_view text) {
  if (!take_token(text) || !take_sign(text, '/') || !take_token(text)) return false;
  while (!text.empty()) {
    if (!take_parameter(text)) return false;
  }
  return true;
}

}  // namespace annals::files
