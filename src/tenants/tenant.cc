#include "tenants/tenant.h"

#include <array>

namespace annals::tenants {
namespace {

constexpr std::array kStates{std::pair{TenantState::creating, "creating"},
                             std::pair{TenantState::active, "active"},
                             std::pair{TenantState::deleting, "deleting"}};

}  // namespace

bool Tenant::has_secret(const crypto::SecretHash& presented, Timestamp now) const {
  bool matches = secret_hash.matches(presented);
  for (const PreviousSecret& previous : previous_secrets) {
    const bool is_previous = previous.hash.matches(presented);
    matches = matches || (is_previous && now < previous.valid_until);
  }
  return matches;
}

std::optional<Timestamp> Tenant::kept_from(Timestamp now) const {
  if (retention_days == 0) return std::nullopt;
  return std::chrono::floor<std::chrono::minutes>(now) - std::chrono::days(retention_days);
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
