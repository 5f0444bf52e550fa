#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "files/file_store.h"
#include "tenants/reconciliation.h"
#include "tenants/registry.h"

namespace annals::api {

/// Says of each thing that the service needs what was found out: `ok`, or what is wrong with it. It names no
/// tenant and no machine, because everybody may read it.
struct Readiness {
  std::string engine;
  std::string registry;
  std::string journal;      // empty if there is none
  std::string disk;         // of this machine
  std::string files;        // the file store
  std::string detail = {};  // why the service is not ready; empty: it is
};

/// Finds out whether the service is ready. However many ask, there is one look at a time, and its result is
/// good for a second. Thread-safe.
class ReadinessProbe {
 public:
  struct Parts {
    engine::Engine& engine;  // the references must outlive this object
    // Throws if the engine does not answer, or may not be used as Annals has to.
    std::function<boost::asio::awaitable<void>()> check_engine;
    tenants::Registry& registry;
    const tenants::Reconciliation& reconciliation;
    files::FileStore& files;
    std::function<void()> check_journal = nullptr;  // throws if it has failed; null if there is none
    std::function<bool()> is_draining = [] { return false; };  // whether the service is about to stop
    std::function<bool()> has_room = [] { return true; };  // whether this machine's disk has room for events
  };

  explicit ReadinessProbe(Parts parts) : parts_(std::move(parts)) {}

  boost::asio::awaitable<Readiness> look();

 private:
  using Clock = std::chrono::steady_clock;
  class Turn;

  std::optional<Readiness> recent();
  bool begin();
  boost::asio::awaitable<Readiness> probed();
  boost::asio::awaitable<Readiness> probe();
  boost::asio::awaitable<void> look_at_engine(Readiness& found);
  boost::asio::awaitable<void> look_at_registry(Readiness& found);
  boost::asio::awaitable<void> look_at_files(Readiness& found);
  void look_at_journal(Readiness& found) const;
  void look_at_disk(Readiness& found) const;

  const Parts parts_;
  std::mutex mutex_;  // guards the next three
  bool is_looking_ = false;
  std::optional<Readiness> last_;
  Clock::time_point last_at_;
  // Only who looks uses the next two.
  std::string files_found_;
  Clock::time_point files_at_;
};

}  // namespace annals::api
