#pragma once

#include <string>

#include <boost/uuid/uuid.hpp>

#include "engine/database_name.h"

namespace annals::events {

/// A tenant's one table. Its name holds the tenant's id: when a database is deleted and its name given to
/// another tenant, a statement of the old one that comes late, from an instance whose cache is a second
/// behind, finds no table.
struct EventsTable {
  engine::DatabaseName database;
  boost::uuids::uuid owner = {};

  /// `database`.events_<id>, for SQL text.
  [[nodiscard]] std::string quoted() const;

  /// The CREATE statement; it may be repeated. docs/architecture.md explains columns and order.
  [[nodiscard]] std::string create_statement() const;
};

}  // namespace annals::events
