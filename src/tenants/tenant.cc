#include "tenants/tenant.h"

#include <array>

namespace annals::tenants {
namespace {

constexpr std::array kStates{std::pair{TenantState::creating, "creating"},
                             std::pair{TenantState::active, "active"},
                             std::pair{TenantState::deleting, "deleting"}};

}  // namespace

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
