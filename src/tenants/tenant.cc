#include "tenants/tenant.h"

#include <array>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace annals::tenants {
namespace {

constexpr std::array kStates{std::pair{TenantState::creating, "creating"},
                             std::pair{TenantState::active, "active"},
                             std::pair{TenantState::deleting, "deleting"}};

bool has_uuid_shape(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  return text.size() == kShape.size() && std::ranges::equal(text, kShape, [&](char c, char shape) {
           return shape == '-' ? c == '-' : kHex.contains(c);
         });
}

}  // namespace

ClientId ClientId::random() {
  boost::uuids::random_generator_pure generate{};  // the system's entropy for every id
  return ClientId(generate());
}

std::optional<ClientId> ClientId::parse(std::string_view text) {
  if (!has_uuid_shape(text)) return std::nullopt;
  const boost::uuids::string_generator read;
  return ClientId(read(text.begin(), text.end()));
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
