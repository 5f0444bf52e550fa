#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "tenants/tenant.h"

namespace annals::tenants {

/// A database that carries its owner's id.
struct OwnedDatabase {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  ClientId owner;
  DatabaseName name;
};

/// Makes and drops the databases of tenants. A database carries its owner's id in its comment, so that nobody
/// drops what is another's. Safe for concurrent use; every call throws engine::EngineError.
class TenantDatabases {
 public:
  /// `engine` must outlive this.
  explicit TenantDatabases(engine::Engine& engine) : engine_(engine) {}

  /// Makes the database with its tables. False when a database of that name exists and is not this tenant's.
  boost::asio::awaitable<bool> create(ClientId owner, DatabaseName name);

  /// Drops the database with all that is in it, unless it is another's; repeating it is harmless. It returns
  /// when the engine's system tables show nothing of it, and throws Error(engine_unavailable) when they still
  /// do after several tries.
  boost::asio::awaitable<void> drop(ClientId owner, DatabaseName name);

  /// The databases that carry an owner's id, with that id.
  boost::asio::awaitable<std::vector<OwnedDatabase>> list();

 private:
  boost::asio::awaitable<bool> claim(ClientId owner, DatabaseName name);
  boost::asio::awaitable<bool> owned(ClientId owner, DatabaseName name);

  engine::Engine& engine_;
};

}  // namespace annals::tenants
