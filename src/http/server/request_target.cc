#include "http/server/request_target.h"

#include <algorithm>
#include <cstdint>
#include <ranges>

#include "http/server/authority.h"
#include "text/percent_encoding.h"
#include "text/utf8.h"

namespace annals::http {
namespace {

std::optional<std::string> decode_segment(std::string_view text) {
  auto decoded = text::percent_decode(text);
  if (!decoded || decoded->contains('\0') || !text::is_utf8(*decoded)) return std::nullopt;
  return decoded;
}

std::string decode_query(std::string_view text) {
  std::string decoded = text::percent_decode_leniently(text);
  return text::is_utf8(decoded) ? decoded : std::string(text);
}

std::string_view without_origin(std::string_view target) {
  const std::size_t scheme = size_of_scheme(target);
  if (scheme == 0) return target;
  target.remove_prefix(scheme);
  target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
  return target.empty() ? "/" : target;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto part : std::views::split(query, '&')) {
    const std::string_view parameter(part.begin(), part.end());
    if (parameter.empty()) continue;
    const std::size_t name_size = std::min(parameter.find('='), parameter.size());
    const std::string_view value = parameter.substr(std::min(name_size + 1, parameter.size()));
    parameters.emplace_back(decode_query(parameter.substr(0, name_size)), decode_query(value));
  }
  return parameters;
}

}  // namespace

std::optional<std::string> without_trailing_slashes(std::string_view target) {
  target = without_origin(target);
  const std::size_t path_size = std::min(target.find('?'), target.size());
  const std::size_t last = target.substr(0, path_size).find_last_not_of('/');
  if (last == std::string_view::npos || last + 1 == path_size) return std::nullopt;
  return std::string(target.substr(0, last + 1)).append(target.substr(path_size));
}

std::optional<RequestTarget> parse_request_target(std::string_view target) {
  target = without_origin(target);
  const std::size_t path_size = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, path_size);
  if (!path.starts_with('/')) return std::nullopt;

  RequestTarget result;
  for (std::string_view rest = path; !rest.empty();) {
    rest.remove_prefix(1);  // the slash
    const std::size_t size = std::min(rest.find('/'), rest.size());
    auto segment = decode_segment(rest.substr(0, size));
    if (!segment) return std::nullopt;
    result.path += '/';
    result.path += *segment;
    result.segments.push_back(std::move(*segment));
    rest.remove_prefix(size);
  }
  result.query = parse_query(target.substr(std::min(path_size + 1, target.size())));
  return result;
}

}  // namespace annals::http
