#pragma once

#include <stdexcept>
#include <string>

#include "engine/database_name.h"

namespace annals::bench {

/// A name that is known to be one.
inline engine::DatabaseName database_name(const std::string& name) {
  auto parsed = engine::DatabaseName::parse(name);
  if (!parsed) throw std::invalid_argument("no name for a database: " + name);
  return *std::move(parsed);
}

}  // namespace annals::bench
