#include "config/value.h"

#include <charconv>
#include <string_view>

#include "text/ascii.h"

namespace annals::config {
namespace {

// Returns nullopt unless the whole text is a number.
template <class Number>
std::optional<Number> all_of_it_as(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  if (text::trim(text).empty()) return parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    parts.emplace_back(text::trim(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

Read<std::string> Value::text() const {
  if (const auto* untyped = std::get_if<Untyped>(&written_)) return untyped->text;
  if (const auto* text = std::get_if<std::string>(&written_)) return *text;
  return std::unexpected("must be a string in quotes");
}

Read<std::int64_t> Value::whole_number() const {
  if (const auto* whole = std::get_if<std::int64_t>(&written_)) return *whole;
  if (const auto* untyped = std::get_if<Untyped>(&written_)) {
    if (const auto whole = all_of_it_as<std::int64_t>(untyped->text)) return *whole;
  }
  return std::unexpected("must be a whole number");
}

Read<double> Value::number() const {
  if (const auto* whole = std::get_if<std::int64_t>(&written_)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&written_)) return *real;
  if (const auto* untyped = std::get_if<Untyped>(&written_)) {
    if (const auto real = all_of_it_as<double>(untyped->text)) return *real;
  }
  return std::unexpected("must be a number");
}

Read<bool> Value::boolean() const {
  if (const auto* boolean = std::get_if<bool>(&written_)) return *boolean;
  if (const auto* untyped = std::get_if<Untyped>(&written_)) {
    if (untyped->text == "true") return true;
    if (untyped->text == "false") return false;
  }
  return std::unexpected("must be true or false");
}

Read<std::vector<std::string>> Value::list() const {
  if (const auto* list = std::get_if<std::vector<std::string>>(&written_)) return *list;
  if (const auto* untyped = std::get_if<Untyped>(&written_)) return split_at_commas(untyped->text);
  return std::unexpected("must be a list of strings");
}

bool Value::blank() const {
  if (const auto* untyped = std::get_if<Untyped>(&written_)) return untyped->text.empty();
  if (const auto* text = std::get_if<std::string>(&written_)) return text->empty();
  if (const auto* list = std::get_if<std::vector<std::string>>(&written_)) return list->empty();
  return false;
}

}  // namespace annals::config
