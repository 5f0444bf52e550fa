#include "tenants/tenant.h"

#include <array>
#include <boost/uuid/uuid_io.hpp>

namespace annals::tenants {
namespace {

constexpr std::array kStates{std::pair{TenantState::creating, "creating"},
                             std::pair{TenantState::active, "active"},
                             std::pair{TenantState::deleting, "deleting"}};

}  // namespace

ClientId ClientId::random() {
  return ClientId(random_uuid());
}

std::optional<ClientId> ClientId::parse(std::string_view text) {
  const auto uuid = parse_uuid(text);
  if (!uuid) return std::nullopt;
  return ClientId(*uuid);
}

std::string ClientId::text() const {
  return boost::uuids::to_string(uuid_);
}

std::string_view name_of(TenantState state) {
  for (const auto& [value, name] : kStates) {
    if (value == state) return name;
  }
  return "unknown";
}

std::optional<TenantState> parse_state(std::string_view name) {
  for (const auto& [value, text] : kStates) {
    if (text == name) return value;
  }
  return std::nullopt;
}

}  // namespace annals::tenants
