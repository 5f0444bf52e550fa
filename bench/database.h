#pragma once

#include <stdexcept>
#include <string>

#include "ids/database_name.h"

namespace annals::bench {

/// A name that is known to be one.
inline DatabaseName database_name(const std::string& name) {
  auto parsed = DatabaseName::parse(name);
  if (!parsed) throw std::invalid_argument("no name for a database: " + name);
  return *std::move(parsed);
}

}  // namespace annals::bench
