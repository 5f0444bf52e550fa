#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/events_table.h"
#include "ids/id.h"
#include "tenants/belonging.h"
#include "text/time.h"

namespace annals::retention {

/// The events of a table that are to be removed: those before a time, except for the one that arrived last.
/// Without that one the next event would be given an arrival number that was given before.
struct Expired {
  Timestamp before = {};
  std::uint64_t last_arrival = 0;

  /// Returns the condition of such events.
  static std::string_view condition();
  /// Returns the values that the condition binds.
  [[nodiscard]] std::vector<engine::Parameter> parameters() const;
};

/// The table `default.annals_expired_files`: it lists the files of events that retention removes, until they
/// are removed too, so that a crash in between loses none. A note that comes after its tenant has gone is
/// left to Retention::run(). Thread-safe; every call throws engine::EngineError.
class ExpiredFiles final : public tenants::Belonging {
 public:
  /// `engine` must outlive this object.
  explicit ExpiredFiles(engine::Engine& engine) : engine_(engine) {}

  /// Notes the files that expired events name. Idempotent.
  boost::asio::awaitable<void> note(events::EventsTable table, Expired expired);

  /// Returns some of the tenant's files that are noted; none if all are forgotten.
  boost::asio::awaitable<std::vector<FileId>> some_of(ClientId owner);

  /// Removes the notes of files.
  boost::asio::awaitable<void> forget(ClientId owner, std::vector<FileId> files);
  /// Removes all notes of a tenant.
  boost::asio::awaitable<void> forget_all(ClientId owner);

  /// Returns the tenants that files are noted of.
  boost::asio::awaitable<std::vector<ClientId>> owners();

  boost::asio::awaitable<bool> make(tenants::Owner owner) override;
  boost::asio::awaitable<void> remove(tenants::Owner owner, tenants::Fence fence) override;
  [[nodiscard]] bool carries_owner() const override { return true; }

 private:
  boost::asio::awaitable<void> bootstrap();

  engine::Engine& engine_;
  std::atomic<bool> bootstrapped_ = false;
};

}  // namespace annals::retention
