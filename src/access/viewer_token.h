#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "access/permission.h"
#include "access/platform_keys.h"
#include "crypto/secret.h"
#include "events/filter.h"
#include "ids/id.h"
#include "io/blocking_pool.h"
#include "tenants/tenant.h"
#include "text/time.h"

namespace annals::access {

/// Says what the holder of a viewer token may read, until when, and who has made the token.
struct ViewerGrant {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  ClientId client_id;
  std::optional<KeyId> key_id = {};  // of the key that was made over the API; nullopt: somebody else made it
  Timestamp issued_at;
  Timestamp expires_at;
  std::set<Permission> permissions = {};               // of those that have a viewer_permission_name()
  std::shared_ptr<const events::Filter> visible = {};  // null: all events

  [[nodiscard]] bool is_valid(Timestamp now) const { return now < expires_at; }
};

/// Returns the name of a permission that a token may give, as the API has it: `history` or `files`. Throws
/// std::invalid_argument for another one.
std::string_view viewer_permission_name(Permission permission);
/// Returns nullopt unless it is the name of a permission that a token may give.
std::optional<Permission> parse_viewer_permission(std::string_view name);

/// Makes and opens viewer tokens. A token is `annals_viewer_` and URL-safe base64 of: a byte with the version
/// of the form, the tenant's id, the rest of the grant as JSON, and an HMAC-SHA-256 of all that. So it is
/// signed, not encrypted, and there is just one text of each token.
///
/// The key of the HMAC is derived from a configured platform key, which never leaves the instances, and from
/// the hash of the tenant's secret. So a token ends when that secret or that key does, all instances with the
/// same platform keys know it, and neither the registry nor the tenant's secret suffices to forge one.
/// Thread-safe.
class ViewerTokens {
 public:
  static constexpr std::string_view kPrefix = "annals_viewer_";
  /// The length of a token at most, in characters. It must fit into a header and into a URL.
  static constexpr std::size_t kMaxLength = 4096;

  /// `keys` must outlive this object.
  explicit ViewerTokens(const PlatformKeys& keys) : keys_(keys) {}

  /// Derives what the configured keys sign with, on a thread of its own. Quick once that is done. Await it
  /// before make() and open(), which otherwise do it themselves and keep the caller's thread for some tens of
  /// milliseconds. Throws Error(overloaded) if very many wait for it already.
  [[nodiscard]] boost::asio::awaitable<void> prepare() const;

  /// Returns the token of a grant for that tenant, signed with the present secret of the tenant and with the
  /// configured key of the id `signer`, or with the first one if there is no such key. It may be longer than
  /// kMaxLength: then nobody can use it. Throws std::logic_error if there is no configured key.
  [[nodiscard]] crypto::Secret make(const ViewerGrant& grant, const tenants::Tenant& tenant,
                                    std::string_view signer) const;

  /// Returns the tenant that a text names which has the form of a token, or nullopt. Whether it is a token is
  /// for open() to say.
  static std::optional<ClientId> client_in(std::string_view text);

  /// Returns the grant of a token for that tenant, which may have expired; nullopt if the text is no such
  /// token, or if the secret or the platform key that has signed it is no longer valid. The time that it
  /// takes does not depend on where a signature differs from the right one.
  [[nodiscard]] std::optional<ViewerGrant> open(std::string_view text, const tenants::Tenant& tenant,
                                                Timestamp now) const;

 private:
  static constexpr std::size_t kMaxWaiting = 1024;  // calls of prepare()

  [[nodiscard]] bool is_signed(std::string_view content, std::string_view signature,
                               const tenants::Tenant& tenant, Timestamp now) const;

  const PlatformKeys& keys_;
  mutable io::SideThreads deriving_{1, kMaxWaiting};
};

}  // namespace annals::access
