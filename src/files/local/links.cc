#include "files/local/links.h"

#include <charconv>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "crypto/digest.h"
#include "files/errors.h"

namespace annals::files {
namespace {

constexpr std::string_view kExpires = "X-Annals-Expires";
constexpr std::string_view kMethod = "X-Annals-Method";
constexpr std::string_view kSignature = "X-Annals-Signature";
constexpr std::size_t kParameters = 3;

/// Returns the parameter's value, or nullopt if it is absent.
std::optional<std::string_view> value_of(const FileLinks::Query& query, std::string_view name) {
  for (const auto& [other, value] : query) {
    if (other == name) return value;
  }
  return std::nullopt;
}

std::int64_t unix_seconds(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

bool has_passed(std::string_view expires, Time now) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  const bool whole = error == std::errc() && end == expires.data() + expires.size();
  return !whole || unix_seconds(now) >= seconds;
}

}  // namespace

std::string FileLinks::make(std::string_view method, const DatabaseName& database, FileId file,
                            std::chrono::seconds expires, Time now) const {
  if (expires < std::chrono::seconds(1) || expires > kMaxExpiry) {
    throw std::invalid_argument("a link is valid for one second to seven days");
  }
  const std::string path = fmt::format("/files/{}/{}", database.text(), file.text());
  const std::string until = fmt::format("{}", unix_seconds(now + expires));
  return fmt::format("{}{}?{}={}&{}={}&{}={}", base_url_(), path, kExpires, until, kMethod, method,
                     kSignature, signature(method, path, until));
}

void FileLinks::check(std::string_view method, std::string_view path, const Query& query, Time now) const {
  const auto expires = value_of(query, kExpires);
  const auto linked_method = value_of(query, kMethod);
  const auto presented = value_of(query, kSignature);
  // A link with a fourth parameter, or with one of them twice, is not the link that was given out.
  if (query.size() != kParameters || !expires || !linked_method || !presented) throw invalid_link();
  const std::string_view needed = method == "HEAD" ? "GET" : method;
  const crypto::SecretHash right(signature(*linked_method, path, *expires));
  if (!right.matches(crypto::SecretHash(*presented))) throw invalid_link();
  if (*linked_method != needed || has_passed(*expires, now)) throw invalid_link();
}

std::string FileLinks::signature(std::string_view method, std::string_view path,
                                 std::string_view expires) const {
  const std::string signed_text = fmt::format("annals file link 1\n{}\n{}\n{}", method, path, expires);
  return text::to_hex(crypto::hmac_sha256(key_.reveal(), signed_text));
}

}  // namespace annals::files
