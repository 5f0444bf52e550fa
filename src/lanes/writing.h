#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

#include "io/blocking_pool.h"
#include "io/budget.h"
#include "lanes/commits.h"
#include "lanes/intake.h"
#include "lanes/journaled_commits.h"
#include "lanes/lanes.h"

namespace annals::lanes {

/// The way of events into their tables, from a request to a commit: everything that this folder offers, in
/// the order of construction.
class Writing {
 public:
  struct Settings {
    Commits::Settings commits;
    // Set if events go through the journal.
    std::optional<JournaledCommits::Parts> journaled = {};
    std::size_t max_known_bytes = 0;  // with the journal, see KnownTables
    LaneLimits lanes;
    FindFiles find_files = {};
    std::size_t max_receiving_bytes{};  // bodies and events that are being received, over all requests
    std::chrono::milliseconds receiving_time{30'000};  // see Intake::Limits
  };

  Writing(const boost::asio::any_io_executor& executor, const Settings& settings);

  [[nodiscard]] Intake& intake() { return intake_; }
  [[nodiscard]] const Lanes& lanes() const { return lanes_; }

  /// Forgets what is known of a tenant's table: the tenant was deleted, and is being restored.
  void forget(ClientId owner);

  /// Waits for work on other threads. Call it once no coroutine resumes any more.
  void join();

  /// Destroys the coroutines that wait; see Lanes::discard().
  void discard() { lanes_.discard(); }

 private:
  Commit choose(const Settings& settings);

  io::Budget receiving_;            // first: coroutines that the lanes hold give their share back
  std::optional<Commits> commits_;  // one of the two
  std::optional<JournaledCommits> journaled_;
  Lanes lanes_;
  std::optional<io::SideThreads> decoding_;
  Intake intake_;
};

}  // namespace annals::lanes
