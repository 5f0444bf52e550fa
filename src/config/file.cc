#include "config/file.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "config/suggestion.h"
#include "config/syntax_error.h"

namespace annals::config {
namespace {

/// Returns the file's text, or the reason why it cannot be read.
Read<std::string> content_of(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return std::unexpected("it is a directory");
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.is_open() && !stream.bad()) return content;
  return std::unexpected(std::generic_category().message(errno != 0 ? errno : EIO));
}

Value::Written written_list(const toml::array& array) {
  std::vector<std::string> texts;
  for (const auto& item : array) {
    const auto* text = item.as_string();
    if (text == nullptr) return Value::OtherType{};
    texts.push_back(text->get());
  }
  return texts;
}

Value value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return Value(text->get());
  if (const auto* whole = node.as_integer()) return Value(whole->get());
  if (const auto* real = node.as_floating_point()) return Value(real->get());
  if (const auto* boolean = node.as_boolean()) return Value(boolean->get());
  if (const auto* array = node.as_array()) return Value(written_list(*array));
  return Value(Value::OtherType{});
}

std::vector<std::string> known_keys() {
  std::vector<std::string> names;
  for (const auto& key : keys()) names.emplace_back(key.name);
  return names;
}

std::vector<std::string> known_sections() {
  std::vector<std::string> names;
  for (const auto& key : keys()) {
    std::string section(key.name.substr(0, key.name.find('.')));
    if (std::ranges::find(names, section) == names.end()) names.push_back(std::move(section));
  }
  return names;
}

bool is_section(const std::string& name) {
  return std::ranges::any_of(keys(), [&](const Key& key) { return key.name.starts_with(name + "."); });
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the keys are
void read_section(std::string_view section, const toml::table& table, FileContent& content) {
  for (const auto& [name, node] : table) {
    const auto full_name = fmt::format("{}.{}", section, name.str());
    const auto key = std::ranges::find(keys(), full_name, &Key::name);
    if (key != keys().end()) {
      content.settings.emplace_back(&*key, value_of(node));
    } else if (const auto* inner = node.as_table(); inner != nullptr && is_section(full_name)) {
      read_section(full_name, *inner, content);
    } else if (is_section(full_name)) {
      content.mistakes.push_back({full_name, fmt::format("must be a section, written as [{}]", full_name)});
    } else {
      content.mistakes.push_back({full_name, "unknown key" + did_you_mean(full_name, known_keys())});
    }
  }
}

void read_top(const toml::table& top, FileContent& content) {
  const auto sections = known_sections();
  for (const auto& [name, node] : top) {
    const std::string written(name.str());
    const bool known = std::ranges::find(sections, written) != sections.end();
    if (const auto* table = node.as_table(); table != nullptr && known) {
      read_section(written, *table, content);
    } else if (known) {
      content.mistakes.push_back({written, fmt::format("must be a section, written as [{}]", written)});
    } else if (node.is_table()) {
      content.mistakes.push_back({written, "unknown section" + did_you_mean(written, sections)});
    } else {
      content.mistakes.push_back({written, "unknown key" + did_you_mean(written, known_keys())});
    }
  }
}

}  // namespace

FileContent read_file(const std::filesystem::path& path) {
  FileContent content;
  const auto text = content_of(path);
  if (!text) {
    const auto looked_in =
        path.is_relative() ? fmt::format(" (in {})", std::filesystem::current_path().string()) : "";
    content.mistakes.push_back({path.string(), fmt::format("cannot be read: {}{}", text.error(), looked_in)});
    return content;
  }
  try {
    read_top(toml::parse(*text), content);
  } catch (const toml::parse_error& error) {
    const auto place = error.source().begin;
    content.mistakes.push_back(
        {path.string(), syntax_error(*text, place.line, place.column, error.description())});
  }
  return content;
}

}  // namespace annals::config
