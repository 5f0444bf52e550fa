#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/changes.h"
#include "tenants/belonging.h"

namespace annals::events {

/// Makes the events tables of tenants, in their databases. A table goes with its database, so there is
/// nothing to remove. Thread-safe; make() throws engine::EngineError.
class TenantTables final : public tenants::Belonging {
 public:
  /// `shared` says whether several instances write to the tables. Both references must outlive this object.
  TenantTables(engine::Engine& engine, Changes& changes, bool shared)
      : engine_(engine), changes_(changes), shared_(shared) {}

  boost::asio::awaitable<bool> make(tenants::Owner owner) override;
  boost::asio::awaitable<void> remove(tenants::Owner owner, tenants::Fence fence) override;
  [[nodiscard]] bool carries_owner() const override { return true; }

 private:
  engine::Engine& engine_;
  Changes& changes_;
  const bool shared_;
};

}  // namespace annals::events
