#include "input/json_string.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "text/hex.h"
#include "text/utf8.h"

namespace annals::input {
namespace {

constexpr std::size_t kEscape = 6;  // characters of "\u0041"

constexpr bool is_high(std::uint32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}

constexpr bool is_low(std::uint32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Returns the UTF-16 code unit that an escape `\uXXXX` at that place stands for, or nullopt if there is none.
std::optional<std::uint32_t> code_unit(std::string_view text, std::size_t at) {
  if (text.size() < at + kEscape || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  std::uint32_t unit = 0;
  for (std::size_t i = at + 2; i < at + kEscape; ++i) {
    const std::uint8_t digit = text::hex_value(text[i]);
    if (digit == text::kNoHexDigit) return std::nullopt;
    unit = unit << 4U | digit;
  }
  return unit;
}

// A character that is written as one escape or two.
struct Escaped {
  std::uint32_t code_point;
  std::size_t size;
};

std::optional<Escaped> escaped_at(std::string_view text, std::size_t at) {
  const auto first = code_unit(text, at);
  if (!first) return std::nullopt;
  const auto second = is_high(*first) ? code_unit(text, at + kEscape) : std::nullopt;
  if (!second || !is_low(*second)) return Escaped{.code_point = *first, .size = kEscape};
  return Escaped{.code_point = 0x10000 + ((*first - 0xD800) << 10U) + (*second - 0xDC00),
                 .size = 2 * kEscape};
}

char short_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

// Returns the place after the string that begins at `from`, and replaces its lone surrogates.
std::size_t tame_string(std::string& text, std::size_t from) {
  std::size_t at = from + 1;
  while (at < text.size() && text[at] != '"') {
    if (text[at] != '\\') {
      ++at;
    } else if (const auto escaped = escaped_at(text, at)) {
      if (is_high(escaped->code_point) || is_low(escaped->code_point)) text.replace(at, kEscape, "\\ufffd");
      at += escaped->size;
    } else {
      at += 2;
    }
  }
  return at + 1;
}

}  // namespace

std::string unescaped(std::string_view string) {
  const std::string_view content = string.substr(1, string.size() - 2);
  std::string result;
  result.reserve(content.size());
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t escape = std::min(content.find('\\', at), content.size());
    result += content.substr(at, escape - at);
    at = escape;
    if (at == content.size()) break;
    if (const auto escaped = escaped_at(content, at)) {
      text::append_utf8(result, escaped->code_point);
      at += escaped->size;
    } else {
      result += short_escape(content[at + 1]);
      at += 2;
    }
  }
  return result;
}

std::string without_extremes(std::string_view text) {
  std::string result(text);
  for (std::size_t at = 0; at < result.size();) {
    const char c = result[at];
    if (c == '"') {
      at = tame_string(result, at);
      continue;
    }
    const bool is_exponent = (c == 'e' || c == 'E') && at > 0 && is_digit(result[at - 1]);
    ++at;
    if (!is_exponent) continue;
    if (at < result.size() && (result[at] == '+' || result[at] == '-')) ++at;
    for (; at < result.size() && is_digit(result[at]); ++at) result[at] = '0';
  }
  return result;
}

}  // namespace annals::input
