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

/// What generated URLs begin with, "http://127.0.0.1:8080". Asked each time: with port 0 it is known once the
/// server is bound.
using BaseUrl = std::function<std::string()>;

/// Signed URLs of files that this service keeps itself:
/// `<base>/files/<database>/<file_id>?X-Annals-Expires=<Unix
/// seconds>&X-Annals-Method=PUT&X-Annals-Signature=<hexadecimal>`. The signature is an HMAC-SHA-256 over
/// method, path and expiry. Safe for concurrent use.
class FileLinks {
 public:
  /// Decoded names and values, in the order sent.
  using Query = std::vector<std::pair<std::string, std::string>>;
  static constexpr std::chrono::seconds kMaxExpiry = std::chrono::days(7);

  FileLinks(const crypto::Secret& key, BaseUrl base_url) : key_(key), base_url_(std::move(base_url)) {}

  /// `method`: PUT or GET. Good until `expires` after `now`. Throws std::invalid_argument for an expiry
  /// outside one second to kMaxExpiry.
  [[nodiscard]] std::string make(std::string_view method, const DatabaseName& database, FileId file,
                                 std::chrono::seconds expires, Time now) const;

  /// Throws Error(invalid_link) unless this request is what a link was made for, unaltered and not expired. A
  /// link to GET is one to HEAD as well. `path` and `query` are decoded.
  void check(std::string_view method, std::string_view path, const Query& query, Time now) const;

 private:
  [[nodiscard]] std::string signature(std::string_view method, std::string_view path,
                                      std::string_view expires) const;

  crypto::Secret key_;
  BaseUrl base_url_;
};

}  // namespace annals::files
