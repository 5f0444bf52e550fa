#include "api/client_identity.h"

#include <utility>

#include "error.h"

namespace annals::api {
namespace {

using boost::asio::awaitable;
using http::Request;
using tenants::Tenant;

constexpr const char* kUnauthorized = "Unauthorized Client.";

awaitable<void> refuse_unknown(awaitable<std::shared_ptr<const Tenant>> tenant) {
  [[maybe_unused]] const auto found = co_await std::move(tenant);
}

}  // namespace

awaitable<std::shared_ptr<const Tenant>> ClientIdentity::tenant_of(const Request& request) const {
  const bool platform = authentication_.has_platform_key(request);
  const std::string* secret = request.header("x-client-secret");
  // A wrong platform key stays one, whatever else is sent.
  const bool own_secret = secret != nullptr && request.header("x-api-key") == nullptr;
  if (!platform && !own_secret) throw Error(ErrorCode::unauthorized_api_key, "Unauthorized API Key.");

  std::string client_id = request.agreed_header("x-client-id");
  if (client_id.empty()) throw Error(ErrorCode::missing_client, kUnauthorized);
  if (platform) return by_platform_key(std::move(client_id));
  return by_own_secret(std::move(client_id), crypto::SecretHash(request.agreed_header("x-client-secret")));
}

awaitable<std::shared_ptr<const Tenant>> ClientIdentity::by_platform_key(std::string client_id) const {
  auto tenant = co_await directory_.find(std::move(client_id));
  if (!tenant) throw Error(ErrorCode::unknown_client, "Failed to connect to tenant db.");
  co_return tenant;
}

awaitable<std::shared_ptr<const Tenant>> ClientIdentity::by_own_secret(std::string client_id,
                                                                       crypto::SecretHash presented) const {
  auto tenant = co_await directory_.find(std::move(client_id));
  // The same answer for both, so that nobody learns without a secret which clients there are.
  if (!tenant || !tenant->secret_hash.matches(presented))
    throw Error(ErrorCode::unauthorized_client, kUnauthorized);
  co_return tenant;
}

http::Guard ClientIdentity::guard() const {
  return [this](const Request& request) { return refuse_unknown(tenant_of(request)); };
}

}  // namespace annals::api
