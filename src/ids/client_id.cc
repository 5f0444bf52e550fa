#include "ids/client_id.h"

#include <boost/uuid/uuid_io.hpp>

namespace annals {

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

}  // namespace annals
