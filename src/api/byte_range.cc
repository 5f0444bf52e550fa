#include "api/byte_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "text/ascii.h"

namespace annals::api {
namespace {

using Kind = ByteRange::Kind;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // A number that does not fit is larger than any file.
  if (error == std::errc::result_out_of_range && end == text.data() + text.size()) return UINT64_MAX;
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Returns the one element of a list whose other elements are empty, or an empty text if it has several.
std::string_view only_element(std::string_view list) {
  std::string_view only;
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view element = text::trim(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    if (element.empty()) continue;
    if (!only.empty()) return {};
    only = element;
  }
  return only;
}

ByteRange part(std::uint64_t offset, std::uint64_t size) {
  return {.kind = size == 0 ? Kind::unsatisfiable : Kind::part, .offset = offset, .size = size};
}

}  // namespace

ByteRange parse_range(std::string_view header, std::uint64_t file_size) {
  constexpr std::string_view kUnit = "bytes=";
  const ByteRange whole{.kind = Kind::whole, .offset = 0, .size = file_size};
  if (text::to_lower(header.substr(0, kUnit.size())) != kUnit) return whole;
  header = only_element(header.substr(kUnit.size()));
  const auto hyphen = header.find('-');
  if (hyphen == std::string_view::npos) return whole;

  const auto first = number(header.substr(0, hyphen));
  const auto last = number(header.substr(hyphen + 1));
  if (hyphen == 0) {  // the last bytes of the file
    if (!last) return whole;
    // The last bytes of an empty file are all that it has, and no Content-Range can say so.
    if (file_size == 0 && *last > 0) return whole;
    const std::uint64_t size = std::min(*last, file_size);
    return part(file_size - size, size);
  }
  const bool to_the_end = hyphen + 1 == header.size();
  if (!first || (!last && !to_the_end) || (last && *last < *first)) return whole;
  if (*first >= file_size) return part(0, 0);
  const std::uint64_t end = to_the_end || *last >= file_size ? file_size : *last + 1;
  return part(*first, end - *first);
}

}  // namespace annals::api
