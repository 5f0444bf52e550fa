#include "ids/foreign_id.h"

#include <algorithm>

#include <fmt/format.h>

#include "text/utf8.h"

namespace annals {

std::expected<ForeignId, ForeignId::Flaw> ForeignId::of_string(std::string_view text) {
  if (!text::is_utf8(text)) return std::unexpected(Flaw::no_utf8);
  if (text.empty()) return std::unexpected(Flaw::empty);
  if (text.size() > kMaxLength && text::code_points(text) > kMaxLength) {
    return std::unexpected(Flaw::too_long);
  }
  if (!text::has_no_controls(text)) return std::unexpected(Flaw::has_controls);
  ForeignId id;
  id.string_ = text;
  return id;
}

std::string ForeignId::json() const {
  if (!is_string()) return fmt::format("{}", integer_);
  std::string text;
  append_id_json(text, string_);
  return text;
}

std::string ForeignId::notation() const {
  if (!is_string()) return fmt::format("{}", integer_);
  std::string text;
  append_id_notation(text, string_);
  return text;
}

void append_id_json(std::string& text, std::string_view id) {
  text += '"';
  for (const char c : id) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  text += '"';
}

bool is_integer_text(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void append_id_notation(std::string& text, std::string_view id) {
  if (id.starts_with('"') || is_integer_text(id)) {
    append_id_json(text, id);
  } else {
    text += id;
  }
}

}  // namespace annals
