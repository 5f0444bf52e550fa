#include "events/field_filter.h"

#include <algorithm>

#include <boost/json.hpp>

#include "text/utf8.h"

namespace annals::events {
namespace {

/// Returns the string that a JSON text is, or nullopt if it is something else.
std::optional<std::string> json_string(std::string_view text) {
  boost::system::error_code error;
  const auto value = boost::json::parse(text, error);
  if (error || !value.is_string()) return std::nullopt;
  return std::string(value.get_string());
}

/// Returns the length of the JSON string that the text begins with, its quotation marks included; npos if it
/// has no end.
std::size_t quoted_length(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

/// Takes the first key off the text, and the dot behind it. Returns nullopt if there is none.
std::optional<std::string> take_key(std::string_view& text) {
  const bool is_quoted = text.starts_with('"');
  const std::size_t length = is_quoted ? quoted_length(text) : std::min(text.find('.'), text.size());
  if (length == 0 || length == std::string_view::npos) return std::nullopt;
  const std::string_view written = text.substr(0, length);
  auto key = is_quoted ? json_string(written) : std::optional(std::string(written));
  text.remove_prefix(length);
  const bool goes_on = text.starts_with('.') && text.size() > 1;
  if (!text.empty() && !goes_on) return std::nullopt;
  if (goes_on) text.remove_prefix(1);
  if (!key || key->empty() || key->size() > kMaxKeyLength || !text::is_utf8(*key)) return std::nullopt;
  const bool is_plain = is_quoted || !key->contains('"');
  return is_plain ? key : std::nullopt;
}

}  // namespace

std::optional<FieldPath> parse_field(std::string_view name) {
  FieldPath path{.is_kept = name.starts_with(kKeptPrefix)};
  if (!path.is_kept && !name.starts_with(kDataPrefix)) return std::nullopt;
  name.remove_prefix(path.is_kept ? kKeptPrefix.size() : kDataPrefix.size());
  if (name.empty()) return std::nullopt;
  while (!name.empty()) {
    auto key = take_key(name);
    if (!key || path.keys.size() == kMaxKeys) return std::nullopt;
    path.keys.push_back(*std::move(key));
  }
  return path;
}

FieldValue field_value(std::string_view text) {
  if (text.starts_with('"')) {
    if (auto string = json_string(text)) return {.text = *std::move(string)};
    return {.text = std::string(text)};
  }
  boost::system::error_code error;
  const auto value = boost::json::parse(text, error);
  return {.text = std::string(text), .may_be_literal = !error && !value.is_structured()};
}

}  // namespace annals::events
