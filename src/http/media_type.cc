#include "http/media_type.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string_view>
#include <vector>

#include "text/ascii.h"

namespace annals::http {
namespace {

using Texts = std::vector<std::string_view>;

Texts split(std::string_view text, char separator) {
  Texts parts;
  for (const auto part : std::views::split(text, separator)) {
    parts.push_back(text::trim(std::string_view(part.begin(), part.end())));
  }
  return parts;
}

// Returns whether a parameter is the weight 0: `q=0`, `Q=0.000`.
bool is_weight_zero(std::string_view parameter) {
  if (!text::to_lower(parameter).starts_with("q=")) return false;
  parameter.remove_prefix(2);
  return parameter.starts_with('0') && parameter.find_first_not_of("0.") == std::string_view::npos;
}

// Returns whether a header that is a list of what is wanted names that thing, with a weight that is not 0.
bool names(const std::optional<std::string>& list, std::string_view thing) {
  if (!list) return false;
  for (const std::string_view range : split(*list, ',')) {
    const Texts parts = split(range, ';');
    if (parts.empty() || text::to_lower(parts.front()) != thing) continue;
    return std::ranges::none_of(parts, is_weight_zero);
  }
  return false;
}

}  // namespace

bool asks_for(const Request& request, std::string_view type) {
  return names(request.list_header("accept"), type);
}

std::string media_type(const Request& request) {
  const std::string* header = request.header("content-type");
  if (header == nullptr) return {};
  return text::to_lower(text::trim(std::string_view(*header).substr(0, header->find(';'))));
}

bool says_json(const Request& request) {
  const std::string* header = request.header("content-type");
  if (header == nullptr || header->empty()) return true;
  constexpr std::string_view kApplication = "application/";
  const std::string type = media_type(request);
  if (!type.starts_with(kApplication)) return false;
  const std::string_view subtype = std::string_view(type).substr(kApplication.size());
  return !subtype.contains('/') && (subtype == "json" || subtype.ends_with("+json"));
}

}  // namespace annals::http
