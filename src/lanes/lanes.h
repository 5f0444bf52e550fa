#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "events/event.h"
#include "events/events_table.h"
#include "io/slots.h"
#include "io/wake.h"
#include "lanes/write_outcome.h"
#include "ops/latencies.h"

namespace annals::lanes {

/// Returns half of the time that a commit took, and 20 ms at most (docs/decisions/0007).
std::chrono::steady_clock::duration default_gather_time(std::chrono::steady_clock::duration commit_time);

/// Returns zero: for commits that lanes share anyway, as those of the journal.
std::chrono::steady_clock::duration no_gather_time(std::chrono::steady_clock::duration commit_time);

struct LaneLimits {
  std::size_t max_rows_per_commit = 100'000;
  std::size_t max_bytes_per_commit = std::size_t{32} << 20U;
  std::size_t max_bytes_waiting_per_tenant = std::size_t{128} << 20U;
  std::size_t max_bytes_waiting = std::size_t{512} << 20U;  // over all tenants
  std::size_t max_commits = 4;                              // in flight, over all tenants
  std::size_t max_large_commits = 4;                        // of these, such as are larger than a MiB
  // How long a lane waits, after a commit of that time, for those who were just answered.
  std::chrono::steady_clock::duration (*gather_time)(std::chrono::steady_clock::duration commit_time) =
      default_gather_time;
};

/// Commits a batch of one table's events and returns what became of each, in their order; see
/// Commits::commit(). The events outlive the call.
using Commit = std::function<boost::asio::awaitable<std::vector<WriteOutcome>>(
    events::EventsTable table, std::vector<const events::Event*> events)>;

/// Returns what is known of the files that events are about to name, in the order of `files` and in the form
/// in which events keep it (events/file_facts.h). Throws nothing.
using FindFiles = std::function<boost::asio::awaitable<std::vector<std::string>>(
    ClientId owner, DatabaseName database, std::vector<FileId> files)>;

/// The write queues, one per tenant: group commit without a timer to tune. Events that arrive while a commit
/// of their tenant is in flight wait and leave together in the next; if none is in flight, they leave at
/// once. After a commit the lane waits for those who were just answered, for a part of the time that it took
/// (docs/decisions/0007). A bounded number of commits is in flight over all tenants, and the tenants take
/// turns. Thread-safe.
class Lanes {
 public:
  /// Coroutines of the lanes run on `executor`. This object must outlive its calls.
  /// `find_files` is null if nothing is known of files.
  Lanes(boost::asio::any_io_executor executor, Commit commit, LaneLimits limits, FindFiles find_files = {});
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  /// Returns once every event is stored, with what became of each. All events of one call are in one commit,
  /// so that a crash keeps all or none. Throws at once, and stores nothing, if too much is waiting:
  /// Error(over_quota) for this tenant, Error(overloaded) for all. Throws engine::EngineError if the engine
  /// fails: it is then unknown whether they are stored, and sending them again is idempotent. Throws
  /// Error(unknown_client) if the tenant has been deleted meanwhile.
  boost::asio::awaitable<std::vector<WriteOutcome>> write(events::EventsTable table,
                                                          std::vector<events::Event> events);

  /// Destroys the coroutines that wait for their turn, with everything that they own. Those whose commit is
  /// in flight go with the commit. Call it once no coroutine resumes any more.
  void discard();

  /// A Status says what the lanes do at a moment, and what they have done so far.
  struct Status {
    std::size_t lanes = 0;          // tenants that write
    std::size_t bytes_waiting = 0;  // of events that wait for a commit
    std::size_t max_bytes_waiting = 0;
    std::size_t commits_running = 0;
    std::size_t max_commits = 0;
    std::uint64_t refused = 0;  // calls for which there was no room to wait
    WriteCounts events = {};    // that were committed; `expired` is not counted here
    ops::Outcomes::Snapshot commits = {};
  };
  /// Quick.
  [[nodiscard]] Status status() const;

  /// Returns the number of bytes of events that a sender of very many should write at a time, so that a few
  /// such writes fit into what may wait of one tenant.
  [[nodiscard]] std::size_t bytes_per_write() const;
  /// Returns the number of events that such a sender should write at a time.
  [[nodiscard]] std::size_t rows_per_write() const { return limits_.max_rows_per_commit; }

 private:
  struct Waiting;
  struct Place;
  struct Lane;
  class Looking;
  using Batch = std::vector<Place>;
  struct Committed {
    std::size_t calls = 0;  // 0: nothing waited
    std::chrono::steady_clock::duration time{};
  };
  using BatchView = std::span<Place>;

  boost::asio::awaitable<std::vector<events::Event>> with_files(ClientId owner, DatabaseName database,
                                                                std::vector<events::Event> events);
  void enqueue(const std::shared_ptr<Waiting>& waiting, io::Wake wake);
  [[nodiscard]] std::exception_ptr refusal(const Waiting& waiting) const;
  boost::asio::awaitable<void> drain(ClientId owner, std::shared_ptr<Lane> lane);
  boost::asio::awaitable<void> gather(std::shared_ptr<Lane> lane, std::size_t answered,
                                      std::chrono::steady_clock::duration commit_time);
  boost::asio::awaitable<Committed> commit_next(ClientId owner, Lane& lane);
  boost::asio::awaitable<void> commit(BatchView batch);
  boost::asio::awaitable<std::vector<WriteOutcome>> commit_counted(BatchView batch);
  static std::vector<const events::Event*> events_of(BatchView batch);
  boost::asio::awaitable<Committed> commit_up_to(ClientId owner, Lane& lane, std::size_t bytes);
  bool is_large(const Lane& lane);
  Batch take(ClientId owner, Lane& lane, std::size_t max_bytes);
  void give_up(ClientId owner, Lane& lane, const std::exception_ptr& error);

  boost::asio::any_io_executor executor_;
  const Commit commit_;
  const FindFiles find_files_;
  const LaneLimits limits_;
  io::Slots slots_;
  io::Slots large_slots_;
  ops::Outcomes commits_;
  std::atomic<std::size_t> running_ = 0;  // commits
  mutable std::mutex mutex_;              // guards what follows, the lanes' queues included
  std::uint64_t refused_ = 0;
  WriteCounts events_ = {};
  std::size_t bytes_waiting_ = 0;
  std::size_t bytes_looking_ = 0;  // of events whose files are looked at, before they wait
  std::map<ClientId, std::shared_ptr<Lane>> lanes_;
};

}  // namespace annals::lanes
