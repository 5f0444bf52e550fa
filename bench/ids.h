#pragma once

#include <stdexcept>
#include <string>

#include "ids/database_name.h"
#include "ids/id.h"

namespace annals::bench {

/// Returns the name of a database. Throws std::invalid_argument if it is not a valid one.
inline DatabaseName database_name(const std::string& name) {
  auto parsed = DatabaseName::parse(name);
  if (!parsed) throw std::invalid_argument("no name for a database: " + name);
  return *std::move(parsed);
}

/// Returns the id that the service gave to a client. Throws std::invalid_argument if it is none.
inline ClientId client_id(const std::string& text) {
  const auto parsed = ClientId::parse(text);
  if (!parsed) throw std::invalid_argument("no id of a client: " + text);
  return *parsed;
}

}  // namespace annals::bench
