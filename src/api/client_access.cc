#include "api/client_access.h"

#include <utility>

namespace annals::api {
namespace {

using boost::asio::awaitable;
using events::EventsTable;
using tenants::Tenant;
using tenants::TenantDirectory;
using MaybeTenant = std::shared_ptr<const Tenant>;

EventsTable table_of(const Tenant& tenant) {
  return {.database = tenant.database, .owner = tenant.id.uuid()};
}

awaitable<EventsTable> table_of_client(awaitable<MaybeTenant> client) {
  const auto tenant = co_await std::move(client);
  co_return table_of(*tenant);
}

/// Never "whatever matches first": the shape of the name decides where it is looked up.
awaitable<MaybeTenant> find_named(TenantDirectory* directory, std::string name) {
  const bool is_id = ClientId::parse(name).has_value();
  auto looking = is_id ? directory->find(std::move(name)) : directory->find_by_database(std::move(name));
  auto tenant = co_await std::move(looking);
  co_return tenant;
}

awaitable<std::optional<EventsTable>> table_named(TenantDirectory* directory, std::string name,
                                                  std::optional<std::string> client_id) {
  const auto tenant = co_await find_named(directory, std::move(name));
  if (!tenant) co_return std::nullopt;
  if (client_id && ClientId::parse(*client_id) != tenant->id) co_return std::nullopt;
  co_return table_of(*tenant);
}

}  // namespace

events::ClientAccess client_access(const ClientIdentity& identity, TenantDirectory& directory) {
  return {
      .guard = identity.guard(),
      .table_of =
          [&identity](const http::Request& request) { return table_of_client(identity.tenant_of(request)); },
      .table_named =
          [&directory](std::string tenant, std::optional<std::string> client_id) {
            return table_named(&directory, std::move(tenant), std::move(client_id));
          }};
}

}  // namespace annals::api
