#include "config/syntax_error.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "config/keys.h"
#include "text/ascii.h"

namespace annals::config {
namespace {

/// A line that sets something: its parts around the equals sign.
struct Assignment {
  std::string_view name;
  std::string_view value;
};

std::string_view line_of(std::string_view file, std::size_t number) {
  for (; number > 1 && !file.empty(); --number) {
    file.remove_prefix(std::min(file.find('\n'), file.size() - 1) + 1);
  }
  return text::trim(file.substr(0, file.find('\n')));
}

std::optional<Assignment> assignment(std::string_view line) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  return Assignment{.name = text::trim(line.substr(0, equals)), .value = text::trim(line.substr(equals + 1))};
}

/// Returns whether the line sets one of our settings, by its name with or without the section, and that is no
/// secret. A URL may hold a password before an @.
bool may_be_shown(const Assignment& line) {
  constexpr std::size_t kLongest = 200;
  const auto last = line.name.substr(line.name.rfind('.') + 1);
  const auto is_it = [last](const Key& key) { return key.name.substr(key.name.find('.') + 1) == last; };
  const auto is_secret = [&](const Key& key) { return is_it(key) && key.access.is_secret; };
  return std::ranges::any_of(keys(), is_it) && std::ranges::none_of(keys(), is_secret) &&
         !line.value.contains('@') && !line.value.contains('=') && line.value.size() <= kLongest;
}

/// Returns whether a value is a text that nothing encloses.
bool lacks_quotes(std::string_view value) {
  return !value.empty() && std::string_view("\"'[{").find(value.front()) == std::string_view::npos &&
         !value.contains('"') && !value.contains('\'');
}

std::string without_quotation(std::string_view description) {
  const auto first = description.find('\'');
  if (first == std::string_view::npos) return std::string(description);
  return fmt::format("{}'…'{}", description.substr(0, first),
                     description.substr(description.rfind('\'') + 1));
}

}  // namespace

std::string syntax_error(std::string_view file, std::size_t line, std::size_t column,
                         std::string_view description) {
  auto text = fmt::format("line {}, column {}: {}", line, column, without_quotation(description));
  const auto found = assignment(line_of(file, line));
  if (!found) return text;
  const bool shown = may_be_shown(*found);
  if (shown) text += fmt::format("; the line is: {} = {}", found->name, found->value);
  if (!lacks_quotes(found->value)) return text;
  text += "; a text needs quotes";
  if (shown) text += fmt::format(": {} = \"{}\"", found->name, found->value);
  return text;
}

}  // namespace annals::config
