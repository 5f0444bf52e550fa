#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "backup/backups.h"
#include "backup/catalogue.h"
#include "backup/deletion.h"
#include "backup/progress.h"
#include "backup/restoration.h"
#include "ids/uuid.h"
#include "text/time.h"

namespace annals::backup {

/// A piece of work that takes longer than a request may: a backup, its verification or its deletion, or a
/// restoration.
struct Job {
  enum class Kind : std::uint8_t { backup, verify, restore, remove };
  enum class State : std::uint8_t { waiting, running, done, failed };

  Uuid id{};
  Kind kind = Kind::backup;
  State state = State::waiting;
  std::string backup;
  std::optional<ClientId> tenant = {};    // nullopt: everything
  std::optional<ClientId> restored = {};  // of a tenant that was restored: its id
  Timestamp asked_at = {};
  std::optional<Timestamp> ended_at = {};
  std::string detail = {};  // why it failed
  Progress progress = {};
};

std::string_view name_of(Job::Kind kind);
std::string_view name_of(Job::State state);

/// Runs jobs one after the other: a backup and a restoration are work for the whole service. What is known of
/// them stays in the memory of this process; a backup that was complete is in its destination. Thread-safe.
class Jobs {
 public:
  struct Parts {
    Backups& backups;  // all of them must outlive this object
    Restoration& restoration;
    Deletion& deletion;
    Catalogue& catalogue;
    Blobs& blobs;
  };

  explicit Jobs(Parts parts) : parts_(parts) {}

  /// Each returns the new job. Throws Error(overloaded) if too many wait, and what shows at once:
  /// Error(backup_not_found), Error(backup_refused).
  boost::asio::awaitable<Job> back_up(std::optional<ClientId> tenant, std::optional<std::string> base);
  boost::asio::awaitable<Job> verify(std::string backup);
  boost::asio::awaitable<Job> restore(Restoration::Request request);
  boost::asio::awaitable<Job> remove(std::string backup);

  /// Returns the jobs of this process that are remembered, the newest first.
  [[nodiscard]] std::vector<Job> list() const;
  [[nodiscard]] std::optional<Job> find(Uuid id) const;

  [[nodiscard]] Catalogue& catalogue() const { return parts_.catalogue; }

  /// Runs what waits, until nothing does. At most one call may be in flight.
  boost::asio::awaitable<void> run(std::stop_token stop);

  /// Renews the mark by which others see that the running job uses a backup. Call it much more often than
  /// kUseTtl.
  boost::asio::awaitable<void> renew_use();

 private:
  struct Entry;

  /// The mark that the running job has made. No mark: it could not be made.
  struct Use {
    Uuid job;
    std::string backup;
    std::optional<std::string> mark;
  };

  Job add(Entry entry);
  std::shared_ptr<Entry> next();
  void end(Entry& entry, const std::exception_ptr& failure);
  Watch watch(std::shared_ptr<Entry> entry, std::stop_token stop);
  boost::asio::awaitable<void> run_one(std::shared_ptr<Entry> entry, std::stop_token stop);
  boost::asio::awaitable<void> begin_use(Entry& entry);
  boost::asio::awaitable<void> end_use();

  const Parts parts_;
  mutable std::mutex mutex_;                    // guards what follows, the entries included
  std::deque<std::shared_ptr<Entry>> entries_;  // the oldest first
  std::optional<Use> use_;                      // of the running job
};

}  // namespace annals::backup
