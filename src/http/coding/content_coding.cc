#include "http/coding/content_coding.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string>

#include "text/ascii.h"

namespace annals::http {
namespace {

/// The weights of the codings in thousandths; nullopt: not named.
struct Weights {
  std::optional<int> zstd;
  std::optional<int> gzip;
  std::optional<int> identity;
  std::optional<int> others;  // named as `*`
};

/// Returns the thousandths of `0.5`, `1`, `1.000` and the like, or nullopt for what is no weight (RFC 9110,
/// 12.4.2).
std::optional<int> thousandths(std::string_view text) {
  constexpr std::size_t kLongest = std::string_view("0.123").size();
  constexpr int kOne = 1000;
  if (text.empty() || text.size() > kLongest || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int value = (text[0] - '0') * kOne;
  int unit = kOne / 10;
  for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value += (text[i] - '0') * unit;
  }
  return value <= kOne ? std::optional(value) : std::nullopt;
}

/// Returns the weight of one member of the list, without its name. A member without one has the weight 1.
std::optional<int> weight_of(std::string_view parameters) {
  constexpr int kOne = 1000;
  if (parameters.empty()) return kOne;
  const std::string weight = text::to_lower(text::trim(parameters.substr(1)));
  if (!weight.starts_with("q=")) return std::nullopt;
  return thousandths(std::string_view(weight).substr(2));
}

void take(Weights& weights, std::string_view member) {
  const auto end = std::min(member.find(';'), member.size());
  const std::string name = text::to_lower(text::trim(member.substr(0, end)));
  const auto weight = weight_of(member.substr(end));
  if (!weight) return;
  if (name == "zstd") weights.zstd = weight;
  if (name == "gzip" || name == "x-gzip") weights.gzip = weight;
  if (name == "identity") weights.identity = weight;
  if (name == "*") weights.others = weight;
}

}  // namespace

std::string_view name_of(ContentCoding coding) {
  if (coding == ContentCoding::zstd) return "zstd";
  return coding == ContentCoding::gzip ? "gzip" : "identity";
}

ContentCoding preferred_coding(const Request& request) {
  const auto list = request.list_header("accept-encoding");
  if (!list) return ContentCoding::identity;
  Weights weights;
  for (const auto member : std::views::split(*list, ',')) {
    take(weights, text::trim(std::string_view(member.begin(), member.end())));
  }
  const int zstd = weights.zstd.value_or(0);
  const int gzip = weights.gzip.value_or(weights.others.value_or(0));
  const int identity = weights.identity.value_or(0);
  const int best = std::max({zstd, gzip, identity});
  if (best == 0) return ContentCoding::identity;
  if (zstd == best) return ContentCoding::zstd;
  return gzip == best ? ContentCoding::gzip : ContentCoding::identity;
}

}  // namespace annals::http
