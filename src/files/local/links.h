#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/secret.h"
#include "files/file_store.h"

namespace annals::files {

/// Returns the beginning of generated URLs, "http://127.0.0.1:8080". It is called for each URL, because with
/// port 0 the port is known only once the server is bound.
using BaseUrl = std::function<std::string()>;

/// Makes and checks signed URLs of files that this service stores itself: `<base>/files/<database>/<file_id>`
/// with the parameters `X-Annals-Expires` (Unix seconds), `X-Annals-Method` (PUT or GET) and
/// `X-Annals-Signature` (an HMAC-SHA-256 over method, path and expiry, hexadecimal). Thread-safe.
class FileLinks {
 public:
  /// Decoded names and values, in the order sent.
  using Query = std::vector<std::pair<std::string, std::string>>;
  static constexpr std::chrono::seconds kMaxExpiry = std::chrono::days(7);

  FileLinks(const crypto::Secret& key, BaseUrl base_url) : key_(key), base_url_(std::move(base_url)) {}

  /// Returns a URL that is valid until `expires` after `now`. `method` is PUT or GET. Throws
  /// std::invalid_argument for an expiry outside one second to kMaxExpiry.
  [[nodiscard]] std::string make(std::string_view method, const DatabaseName& database, FileId file,
                                 std::chrono::seconds expires, Time now) const;

  /// Throws Error(invalid_link) unless the request matches a link that make() has made, which is unaltered
  /// and has not expired. A link for GET is valid for HEAD as well. `path` and `query` are decoded.
  void check(std::string_view method, std::string_view path, const Query& query, Time now) const;

 private:
  [[nodiscard]] std::string signature(std::string_view method, std::string_view path,
                                      std::string_view expires) const;

  crypto::Secret key_;
  BaseUrl base_url_;
};

}  // namespace annals::files
