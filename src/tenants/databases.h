#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "tenants/belonging.h"

namespace annals::tenants {

/// Makes and drops the databases of tenants. A database carries its owner's id in its comment, so that nobody
/// drops what is another's. Thread-safe; every call throws engine::EngineError.
class Databases final : public Belonging {
 public:
  /// `engine` must outlive this object.
  explicit Databases(engine::Engine& engine) : engine_(engine) {}

  /// Creates the database. Returns false if a database of that name exists and is not this tenant's.
  boost::asio::awaitable<bool> make(Owner owner) override;

  /// Drops the database and everything in it, unless it is another's. Returns once the engine's system tables
  /// show nothing of it; throws Error(engine_unavailable) if they still do after several tries.
  boost::asio::awaitable<void> remove(Owner owner, KeepLease keep_lease) override;

  boost::asio::awaitable<std::vector<Owner>> owners() override;

 private:
  boost::asio::awaitable<bool> is_owned(Owner owner);

  engine::Engine& engine_;
};

}  // namespace annals::tenants
