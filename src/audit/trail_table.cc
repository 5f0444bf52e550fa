#include "audit/trail_table.h"

#include <stdexcept>
#include <utility>

#include "ids/database_name.h"

namespace annals::audit {
namespace {

using boost::asio::awaitable;

/// Returns the engine's own database, which no tenant can have.
DatabaseName default_database() {
  auto name = DatabaseName::parse("default");
  if (!name) throw std::logic_error("the name of the engine's own database is none");
  return *std::move(name);
}

}  // namespace

ClientId trail_id() {
  static constexpr Uuid kId{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'a', 'n', 'n', 'a', 'l', 's'}};
  return ClientId(kId);
}

std::shared_ptr<const tenants::Tenant> trail_tenant() {
  // The trail has a secret that nobody has.
  const auto secret = crypto::SecretHash::of(crypto::Secret::random());
  return std::make_shared<const tenants::Tenant>(tenants::Tenant{.id = trail_id(),
                                                                 .label = std::string(DatabaseName::kTrail),
                                                                 .database = default_database(),
                                                                 .state = tenants::TenantState::active,
                                                                 .secret_hash = secret,
                                                                 .original_secret_hash = secret,
                                                                 .created_at = {}});
}

events::EventsTable TrailTable::for_request(std::string request_id) const {
  return {.engine = engine_,
          .database = default_database(),
          .owner = trail_id(),
          .request_id = std::move(request_id)};
}

awaitable<void> TrailTable::make() {
  if (made_) co_return;
  co_await engine_.execute(for_request().create_statement(shared_));
  made_ = true;
}

}  // namespace annals::audit
