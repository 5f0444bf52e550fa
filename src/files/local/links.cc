#include "files/local/links.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "crypto/digest.h"
#include "files/errors.h"
#include "text/percent_encoding.h"

namespace annals::files {
namespace {

using Query = FileLinks::Query;

constexpr std::string_view kClient = "X-Annals-Client";
constexpr std::string_view kExpires = "X-Annals-Expires";
constexpr std::string_view kMethod = "X-Annals-Method";
constexpr std::string_view kSize = "X-Annals-Size";
constexpr std::string_view kMaxSize = "X-Annals-Max-Size";
constexpr std::string_view kName = "X-Annals-Name";
constexpr std::string_view kType = "X-Annals-Type";
constexpr std::string_view kSha256 = "X-Annals-Sha256";
constexpr std::string_view kSignature = "X-Annals-Signature";
constexpr std::size_t kLeastParameters = 4;  // those that every link has
constexpr auto kTerms = std::to_array<std::string_view>({kSize, kMaxSize, kName, kType, kSha256});

/// Returns the parameter's value, or nullopt if it is absent.
std::optional<std::string_view> value_of(const Query& query, std::string_view name) {
  for (const auto& [other, value] : query) {
    if (other == name) return value;
  }
  return std::nullopt;
}

std::int64_t unix_seconds(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Returns the parameters of a link, all but the signature.
Query parameters(std::string_view method, const TenantFile& file, const UploadTerms& terms, Time now) {
  Query query{{std::string(kClient), file.owner.text()},
              {std::string(kExpires), fmt::format("{}", unix_seconds(now + terms.expires))},
              {std::string(kMethod), std::string(method)}};
  if (terms.size) query.emplace_back(kSize, fmt::format("{}", *terms.size));
  if (terms.max_bytes) query.emplace_back(kMaxSize, fmt::format("{}", *terms.max_bytes));
  const auto add = [&query](std::string_view name, const std::string& value) {
    if (!value.empty()) query.emplace_back(name, value);
  };
  add(kName, terms.filename);
  add(kType, terms.content_type);
  add(kSha256, terms.sha256);
  return query;
}

/// Returns the terms of a link whose signature is right.
UploadTerms terms_of(const Query& query) {
  const auto bytes = [&query](std::string_view name) {
    const auto value = value_of(query, name);
    return value ? number<std::uint64_t>(*value) : std::nullopt;
  };
  const auto text = [&query](std::string_view name) {
    return std::string(value_of(query, name).value_or(""));
  };
  return {.expires = {},
          .size = bytes(kSize),
          .max_bytes = bytes(kMaxSize),
          .filename = text(kName),
          .content_type = text(kType),
          .sha256 = text(kSha256)};
}

}  // namespace

std::string FileLinks::make(std::string_view method, const TenantFile& file, const UploadTerms& terms,
                            Time now) const {
  if (terms.expires < std::chrono::seconds(1) || terms.expires > kMaxExpiry) {
    throw std::invalid_argument("a link is valid for one second to seven days");
  }
  const std::string path = fmt::format("/files/{}/{}", file.database.text(), file.id.text());
  Query query = parameters(method, file, terms, now);
  query.emplace_back(kSignature, signature(path, query));
  std::string url = base_url_() + path;
  char separator = '?';
  for (const auto& [name, value] : query) {
    url += fmt::format("{}{}={}", std::exchange(separator, '&'), name, text::percent_encode(value));
  }
  return url;
}

FileLinks::Terms FileLinks::check(std::string_view method, std::string_view path, const Query& query,
                                  Time now) const {
  const auto client = value_of(query, kClient);
  const auto expires = value_of(query, kExpires);
  const auto linked_method = value_of(query, kMethod);
  const auto presented = value_of(query, kSignature);
  // A link with a further parameter, or with one of them twice, is not the link that was given out.
  const auto terms = std::ranges::count_if(
      kTerms, [&query](std::string_view name) { return value_of(query, name).has_value(); });
  const std::size_t wanted = kLeastParameters + static_cast<std::size_t>(terms);
  if (query.size() != wanted || !client || !expires || !linked_method || !presented) throw invalid_link();
  const crypto::SecretHash right(signature(path, query));
  if (!right.matches(crypto::SecretHash(*presented))) throw invalid_link();

  const auto owner = ClientId::parse(*client);
  const auto until = number<std::int64_t>(*expires);
  const std::string_view needed = method == "HEAD" ? "GET" : method;
  if (!owner || !until || *linked_method != needed || unix_seconds(now) >= *until) throw invalid_link();
  return {.owner = *owner, .expires = Time(std::chrono::seconds(*until)), .upload = terms_of(query)};
}

/// Signs the path and all parameters but the signature itself. Their order does not matter.
std::string FileLinks::signature(std::string_view path, const Query& query) const {
  Query sorted = query;
  std::ranges::sort(sorted);
  std::string signed_text = fmt::format("annals file link 2\n{}\n", path);
  for (const auto& [name, value] : sorted) {
    if (name != kSignature) signed_text += fmt::format("{}={}\n", name, text::percent_encode(value));
  }
  return text::to_hex(crypto::hmac_sha256(key_.reveal(), signed_text));
}

}  // namespace annals::files
