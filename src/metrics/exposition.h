#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "access/key_ring.h"
#include "audit/trail.h"
#include "engine/engine.h"
#include "events/parts/broken_parts.h"
#include "files/counted_store.h"
#include "history/open_streams.h"
#include "http/server/tls/contexts.h"
#include "http/traffic.h"
#include "journal/journal.h"
#include "lanes/lanes.h"
#include "lanes/moves.h"
#include "tenants/tenancy.h"
#include "tracing/exporter.h"
#include "upkeep/upkeep.h"

namespace annals::metrics {

/// Shows the numbers of the whole service in the text format of Prometheus. They are read when somebody asks:
/// every part counts for itself, in plain numbers. No label has a value that tenants can multiply.
/// Thread-safe.
class Exposition {
 public:
  struct Disk {
    std::uint64_t free_bytes = 0;
    std::uint64_t min_free_bytes = 0;  // with less, no events are taken
  };

  struct Parts {
    std::string engine_kind;          // `embedded` or `remote`
    const engine::Engine& engine;     // the references must outlive this object
    const journal::Journal* journal;  // null if there is none
    const lanes::Moves* moves;        // with the journal
    const lanes::Lanes& lanes;
    const files::CountedStore& files;
    tenants::Tenancy& tenancy;
    const events::BrokenParts& broken_parts;
    const access::KeyRing& keys;
    const audit::Trail& trail;
    const history::OpenStreams& exports;
    const history::OpenStreams& tails;
    const tracing::Exporter* spans;                         // null if they are not exported
    std::shared_ptr<const http::TlsContexts> certificates;  // null without TLS
    // What the server and the upkeep know; they are made after this object.
    std::function<http::Traffic::Snapshot()> traffic;
    std::function<std::vector<upkeep::Upkeep::Status>()> upkeep;
    std::function<std::optional<Disk>()> disk;  // nullopt if it is not this machine's matter
  };

  explicit Exposition(Parts parts) : parts_(std::move(parts)) {}

  /// Returns all numbers of this moment. It takes a few milliseconds at most, and waits for nothing.
  [[nodiscard]] std::string text() const;

 private:
  const Parts parts_;
};

}  // namespace annals::metrics
