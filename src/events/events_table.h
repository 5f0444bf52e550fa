#pragma once

#include <string>

#include "engine/engine.h"
#include "error.h"
#include "ids/database_name.h"
#include "ids/uuid.h"

namespace annals::events {

/// A tenant's one table. Its name holds the tenant's id: when a database is deleted and its name given to
/// another tenant, a statement of the old one that comes late, from an instance whose cache is a second
/// behind, finds no table.
struct EventsTable {
  DatabaseName database;
  Uuid owner = {};

  /// `database`.events_<id>, for SQL text.
  [[nodiscard]] std::string quoted() const;

  /// The CREATE statement; it may be repeated. docs/architecture.md explains columns and order.
  [[nodiscard]] std::string create_statement() const;
};

/// Whether a statement failed because the table is not there: its tenant has been deleted.
bool table_is_gone(const engine::EngineError& error);

/// What whoever asks for a deleted tenant is told: Error(unknown_client).
Error unknown_client();

}  // namespace annals::events
