#include "cli/terminal/printable.h"

#include <iterator>

#include <fmt/format.h>

#include "text/utf8.h"

namespace annals::cli {
namespace {

bool is_unsafe(std::uint32_t c) {
  const auto within = [c](std::uint32_t first, std::uint32_t last) { return c >= first && c <= last; };
  return within(0, 0x1F) || within(0x7F, 0x9F) || c == 0x61C || within(0x200B, 0x200F) ||
         within(0x2028, 0x202E) || within(0x2060, 0x206F) || c == 0xFEFF || within(0xFFF9, 0xFFFB) ||
         within(0xE0000, 0xE007F);
}

}  // namespace

std::string printable(std::string_view text) {
  const std::string whole = text::replace_invalid_utf8(text);
  std::string result;
  for (std::string_view rest = whole; !rest.empty();) {
    const std::string_view sequence = rest.substr(0, text::utf8_sequence(rest));
    const std::uint32_t c = text::code_point(sequence);
    if (is_unsafe(c)) {
      fmt::format_to(std::back_inserter(result), "\\u{:04x}", c);
    } else {
      result += sequence;
    }
    rest.remove_prefix(sequence.size());
  }
  return result;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (text::code_points(text) <= width) return std::string(text);
  std::size_t end = 0;
  for (std::size_t taken = 0; taken + 1 < width; ++taken) end += text::utf8_sequence(text.substr(end));
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace annals::cli
