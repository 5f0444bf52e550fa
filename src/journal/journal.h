#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "error.h"
#include "io/blocking_pool.h"
#include "io/wake.h"
#include "journal/active_segment.h"
#include "journal/backlog.h"
#include "journal/record.h"
#include "journal/segment.h"
#include "journal/segment_files.h"
#include "journal/start.h"
#include "ops/latencies.h"

namespace annals::journal {

/// The disk has refused what the journal asked of it. Unless it was only that the files of a tenant could not
/// be rewritten for lack of room, nothing more is acknowledged by this process.
class JournalError : public Error {
 public:
  explicit JournalError(const std::string& log_text)
      : Error(ErrorCode::engine_unavailable, "History database is unavailable.", log_text) {}
};

/// The log of acknowledged events that are not in their tenants' tables yet, one for all tenants. What
/// arrives, of whatever tenants, while a commit of the journal runs leaves together in the next, so an
/// acknowledgement costs one shared sync. docs/decisions/0012 tells why it is a log of its own.
///
/// One thread writes and syncs; another one prepares, rewrites and removes files. Thread-safe. It must
/// outlive every coroutine that waits on it.
class Journal {
 public:
  struct Settings {
    std::filesystem::path directory;
    /// A file beside the tables that names the journal which they need, so that a journal that was lost or is
    /// of another copy of the tables is noticed.
    std::filesystem::path witness;
    bool fsync = true;
    std::size_t max_bytes = std::size_t{256} << 20U;            // of records that wait to be moved
    std::size_t max_bytes_per_tenant = std::size_t{64} << 20U;  // of these, of one tenant
    std::size_t segment_bytes = std::size_t{8} << 20U;
    /// The room on the disk below which no file is begun for events. A deletion may need one all the same.
    std::uint64_t min_free_bytes = 0;
    Backlog::Limits due = {};
  };

  /// Reads what a process before has left. Throws std::runtime_error that says what is damaged or missing and
  /// what to do about it.
  explicit Journal(const Settings& settings);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// A Status says what the journal holds, and what it has done so far.
  struct Status {
    std::uint64_t rows = 0;                     // that are not in their tables
    std::size_t bytes = 0;                      // of these
    std::size_t unsynced_bytes = 0;             // that are in their tables and not yet given up
    std::size_t max_bytes = 0;                  // of both
    std::size_t tenants = 0;                    // that have some of the rows
    std::chrono::steady_clock::duration age{};  // of the oldest of the rows
    bool has_failed = false;
    ops::Latencies::Snapshot commits = {};
  };
  [[nodiscard]] Status status() const;

  // --- writing ---

  /// Throws JournalError if the journal has failed.
  void check() const;
  [[nodiscard]] bool has_failed() const { return failed_; }
  /// Lets the journal fail: what it keeps may not be kept by the disk.
  void fail(const std::string& reason);

  /// Returns whether records of so many bytes would exceed what may wait, of all tenants or of this one.
  [[nodiscard]] bool is_full(ClientId owner, std::size_t bytes) const;

  /// Appends rows as one record and returns once it is durable. Throws JournalError, after which it is not
  /// known whether the record is kept; Error(overloaded) if the disk is full; and Error(unknown_client) after
  /// forget().
  boost::asio::awaitable<void> append(ClientId owner, NumberedRows rows);

  /// Gives numbers to rows that go into their table past the journal, and returns the first one.
  std::uint64_t reserve(std::size_t rows);
  /// Makes all numbers from now on higher than this one.
  void raise(std::uint64_t number);

  // --- moving ---

  /// See Backlog.
  [[nodiscard]] std::optional<ClientId> due() const;
  [[nodiscard]] std::optional<ClientId> oldest() const;
  [[nodiscard]] std::vector<PendingRecord> first_of(ClientId owner, std::size_t max_bytes) const;
  /// Returns the first number of the tenant's last record, if it has one.
  [[nodiscard]] std::optional<std::uint64_t> last_of(ClientId owner) const;
  /// Returns how full the journal is, from 0 to 1.
  [[nodiscard]] double fill() const;
  [[nodiscard]] std::size_t tenants() const;

  /// Takes note that the first `count` records of the tenant are in its table.
  void moved(ClientId owner, std::size_t count);
  void postpone(ClientId owner, Backlog::Clock::duration time);

  /// A Releasable says what may be given up once the tables are synced.
  struct Releasable {
    std::size_t records;                  // that are in their tables
    std::vector<std::uint64_t> segments;  // of which every record is
  };
  [[nodiscard]] Releasable releasable() const;
  /// Gives up what releasable() has returned before a sync of the tables. One caller at a time.
  boost::asio::awaitable<void> release(Releasable synced);

  /// Returns whether a record of the tenant that begins at that number or before is in its table, and not
  /// given up yet by release().
  [[nodiscard]] bool has_unreleased(const ClientId& owner, std::uint64_t number) const;
  /// Removes from the files what they still hold of the tenant's records that release() has given up, as it
  /// does itself once a segment is full and nobody's records in it are needed. At most one call per tenant
  /// may be in flight. Throws JournalError if the disk refuses or has no room.
  boost::asio::awaitable<void> erase_released(ClientId owner);

  /// Removes every byte of the tenant's records from the files, and refuses further ones. Throws JournalError
  /// if the disk refuses or has no room.
  boost::asio::awaitable<void> forget(ClientId owner);

  /// Takes records of that tenant again: it was deleted, and is being restored.
  void readmit(ClientId owner);

 private:
  struct Waiting;
  using Batch = std::vector<std::shared_ptr<Waiting>>;

  Journal(Settings settings, Start start);
  void take_over(SegmentContent segment);
  boost::asio::awaitable<void> wait_for_writer(std::shared_ptr<Waiting> waiting);
  void enqueue(std::shared_ptr<Waiting> waiting);
  void write_until_closed();
  Batch take_batch();
  void commit(const Batch& batch);
  template <class Work>
  void attempt(const Batch& batch, Work work);
  void write(const Batch& batch);
  void keep(std::vector<Record> records);
  void seal_if_needed();
  void begin_segment(std::size_t bytes);
  void unmark(const std::vector<PendingRecord>& records);
  template <class Work>
  void keeping(Work work);
  void remove_segment(std::uint64_t number);
  void erase(const ClientId& owner);
  void rewrite(std::uint64_t number);
  [[nodiscard]] std::filesystem::path path_of(std::uint64_t number) const;

  const Settings settings_;
  // The writing thread alone uses the next two.
  ActiveSegment active_;
  std::uint64_t written_;  // the number behind the last one in a segment

  std::atomic<bool> failed_ = false;
  ops::Latencies commits_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable ready_;
  std::deque<std::shared_ptr<Waiting>> queue_;
  std::size_t queued_bytes_ = 0;
  Backlog backlog_;
  std::deque<PendingRecord> unsynced_;  // they are in their tables, but perhaps not on the disk there
  std::size_t unsynced_bytes_ = 0;
  SegmentFiles files_;
  std::set<ClientId> forgotten_;
  std::set<ClientId> erased_;  // tenants of erase_released()
  std::uint64_t next_number_;
  bool closing_ = false;

  io::SideThreads keeper_;
  std::jthread writer_;  // last: it uses everything above
};

}  // namespace annals::journal
