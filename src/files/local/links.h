#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
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
/// with the parameters `X-Annals-Client` (the tenant's id), `X-Annals-Expires` (Unix seconds),
/// `X-Annals-Method` (PUT or GET), of the terms that there are `X-Annals-Size` and `X-Annals-Max-Size` (in
/// bytes), `X-Annals-Name`, `X-Annals-Type` and `X-Annals-Sha256`, and `X-Annals-Signature` (an HMAC-SHA-256
/// over the path and the parameters, hexadecimal). The name in the path is given again when
/// its tenant is deleted; the client's id is not, so that a link never leads to another tenant. Thread-safe.
class FileLinks {
 public:
  /// Decoded names and values, in the order sent.
  using Query = std::vector<std::pair<std::string, std::string>>;
  static constexpr std::chrono::seconds kMaxExpiry = std::chrono::days(7);

  FileLinks(const crypto::Secret& key, BaseUrl base_url) : key_(key), base_url_(std::move(base_url)) {}

  /// Returns a URL that is valid until it expires after `now`. `method` is PUT or GET. Throws
  /// std::invalid_argument for an expiry outside one second to kMaxExpiry.
  [[nodiscard]] std::string make(std::string_view method, const TenantFile& file, const UploadTerms& terms,
                                 Time now) const;

  /// The facts that a link proves, besides its path.
  struct Terms {  // NOLINT(*-pro-type-member-init): an id cannot be left out
    ClientId owner;
    Time expires;
    UploadTerms upload;  // all of them but `expires`
  };

  /// Returns what the link says. Throws Error(invalid_link) unless the request matches a link that make() has
  /// made, which is unaltered and has not expired. A link for GET is valid for HEAD as well. `path` and
  /// `query` are decoded.
  [[nodiscard]] Terms check(std::string_view method, std::string_view path, const Query& query,
                            Time now) const;

 private:
  [[nodiscard]] std::string signature(std::string_view path, const Query& query) const;

  crypto::Secret key_;
  BaseUrl base_url_;
};

}  // namespace annals::files
