#pragma once

#include <stdexcept>
#include <string>

#include "ids/database_name.h"

namespace annals::bench {

/// Returns the name of a database. Throws std::invalid_argument if it is not a valid one.
inline DatabaseName database_name(const std::string& name) {
  auto parsed = DatabaseName::parse(name);
  if (!parsed) throw std::invalid_argument("no name for a database: " + name);
  return *std::move(parsed);
}

}  // namespace annals::bench
