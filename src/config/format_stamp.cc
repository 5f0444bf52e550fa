#include "config/format_stamp.h"

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "io/durable_file.h"

namespace annals::config {
namespace {

constexpr std::string_view kBegin = "annals data format ";

/// Reads "annals data format 1" and a line break. What follows is left to later versions.
std::optional<std::uint64_t> parse(std::string_view text) {
  if (!text.starts_with(kBegin)) return std::nullopt;
  const auto digits = text.substr(kBegin.size(), text.find('\n') - kBegin.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number == 0) return std::nullopt;
  return number;
}

}  // namespace

void check_data_format(const std::filesystem::path& data_directory) {
  const auto path = data_directory / "format";
  try {
    auto text = io::read_if_there(path);
    if (!text && io::make_durably(path, fmt::format("{}{}\n", kBegin, kDataFormat))) return;
    if (!text) text = io::read_if_there(path);  // another process has made it since
    const auto format = parse(text.value_or(""));
    if (!format) {
      throw std::runtime_error(
          fmt::format("{} does not say which format data.dir has; restore the file from a backup, or write "
                      "\"{}{}\" into it if no version but {} has used the directory",
                      path.string(), kBegin, kDataFormat, ANNALS_VERSION));
    }
    if (*format > kDataFormat) {
      throw std::runtime_error(
          fmt::format("data.dir {} has format {}, and annals {} reads formats up to {}: a newer version has "
                      "used it; run that version, or restore a backup into an empty directory",
                      data_directory.string(), *format, ANNALS_VERSION, kDataFormat));
    }
  } catch (const std::system_error& error) {
    throw std::runtime_error(fmt::format("cannot use {}: {}", path.string(), error.what()));
  }
}

}  // namespace annals::config
