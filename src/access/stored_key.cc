#include "access/stored_key.h"

#include <chrono>
#include <stdexcept>

#include <boost/json.hpp>

namespace annals::access {
namespace {

std::int64_t milliseconds_of(Timestamp time) {
  return time.time_since_epoch().count();
}

Timestamp time_of(const boost::json::value& value) {
  return Timestamp(std::chrono::milliseconds(value.to_number<std::int64_t>()));
}

BoundTo client_ids_of(const boost::json::value& value) {
  if (value.is_null()) return nullptr;
  auto ids = std::make_shared<std::set<ClientId>>();
  for (const auto& text : value.as_array()) {
    const auto id = ClientId::parse(text.as_string());
    if (!id) throw std::runtime_error("the table of keys holds a malformed client id");
    ids->insert(*id);
  }
  return ids;
}

}  // namespace

std::string StoredKey::document() const {
  boost::json::object object{{"name", name},
                             {"role", name_of(role)},
                             {"client_ids", nullptr},
                             {"expires_at_ms", nullptr},
                             {"created_at_ms", milliseconds_of(created_at)},
                             {"disabled", is_disabled},
                             {"hash", hash.hex()}};
  if (client_ids) {
    boost::json::array ids;
    for (const ClientId& one : *client_ids) ids.emplace_back(one.text());
    object["client_ids"] = std::move(ids);
  }
  if (expires_at) object["expires_at_ms"] = milliseconds_of(*expires_at);
  return boost::json::serialize(object);
}

StoredKey StoredKey::parse(KeyId id, std::string_view document) {
  const boost::json::object object = boost::json::parse(document).as_object();
  const auto role = parse_key_role(object.at("role").as_string());
  const auto hash = crypto::SecretHash::from_hex(object.at("hash").as_string());
  if (!role || !hash) throw std::runtime_error("the table of keys holds a malformed key");
  StoredKey key{.id = id,
                .name = std::string(object.at("name").as_string()),
                .role = *role,
                .client_ids = client_ids_of(object.at("client_ids")),
                .created_at = time_of(object.at("created_at_ms")),
                .is_disabled = object.at("disabled").as_bool(),
                .hash = *hash};
  const auto& expires_at = object.at("expires_at_ms");
  if (!expires_at.is_null()) key.expires_at = time_of(expires_at);
  return key;
}

}  // namespace annals::access
