#include "text/utf8.h"

#include <algorithm>
#include <array>

namespace annals::text {
namespace {

// A row of table 3-7 (The Unicode Standard). All bytes after the second are 80–BF.
struct Form {
  unsigned char first_low, first_high;
  unsigned char second_low, second_high;
  std::size_t size;
};

constexpr std::array<Form, 8> kForms{{
    {.first_low = 0xC2, .first_high = 0xDF, .second_low = 0x80, .second_high = 0xBF, .size = 2},
    {.first_low = 0xE0, .first_high = 0xE0, .second_low = 0xA0, .second_high = 0xBF, .size = 3},
    {.first_low = 0xE1, .first_high = 0xEC, .second_low = 0x80, .second_high = 0xBF, .size = 3},
    {.first_low = 0xED, .first_high = 0xED, .second_low = 0x80, .second_high = 0x9F, .size = 3},
    {.first_low = 0xEE, .first_high = 0xEF, .second_low = 0x80, .second_high = 0xBF, .size = 3},
    {.first_low = 0xF0, .first_high = 0xF0, .second_low = 0x90, .second_high = 0xBF, .size = 4},
    {.first_low = 0xF1, .first_high = 0xF3, .second_low = 0x80, .second_high = 0xBF, .size = 4},
    {.first_low = 0xF4, .first_high = 0xF4, .second_low = 0x80, .second_high = 0x8F, .size = 4},
}};

bool within(unsigned char byte, unsigned char low, unsigned char high) {
  return byte >= low && byte <= high;
}

}  // namespace

std::size_t utf8_sequence(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  for (const Form& form : kForms) {
    if (!within(byte(0), form.first_low, form.first_high)) continue;
    if (text.size() < form.size || !within(byte(1), form.second_low, form.second_high)) return 0;
    for (std::size_t i = 2; i < form.size; ++i) {
      if (!within(byte(i), 0x80, 0xBF)) return 0;
    }
    return form.size;
  }
  return 0;
}

std::uint32_t code_point(std::string_view sequence) {
  const auto byte = [sequence](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i]));
  };
  if (sequence.size() == 1) return byte(0);
  // The first of n bytes begins with n ones and a zero; each further byte contributes six bits.
  std::uint32_t result = byte(0) & (0xFFU >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i) result = (result << 6U) | (byte(i) & 0x3FU);
  return result;
}

void append_utf8(std::string& text, std::uint32_t code_point) {
  const auto add = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  const auto add_rest = [&](unsigned shift) { add(0x80U | ((code_point >> shift) & 0x3FU)); };
  if (code_point < 0x80) {
    add(code_point);
  } else if (code_point < 0x800) {
    add(0xC0U | (code_point >> 6U));
    add_rest(0);
  } else if (code_point < 0x10000) {
    add(0xE0U | (code_point >> 12U));
    add_rest(6);
    add_rest(0);
  } else {
    add(0xF0U | (code_point >> 18U));
    add_rest(12);
    add_rest(6);
    add_rest(0);
  }
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_sequence(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool has_no_controls(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return true;
}

std::string replace_invalid_utf8(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = utf8_sequence(text);
    result += size > 0 ? text.substr(0, size) : kReplacement;
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result;
}

std::size_t code_points(std::string_view text) {
  const auto begins_one = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_one));
}

}  // namespace annals::text
