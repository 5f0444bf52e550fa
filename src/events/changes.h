#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "events/events_table.h"
#include "ids/id.h"

namespace annals::events {

/// Knows of each tenant whether its events have changed: for those who wait for new ones, for answers that
/// need not be given again, and for the number of events. Thread-safe.
class Changes {
 public:
  using Clock = std::chrono::steady_clock;

  /// `complete` says whether this process makes every change. If others do too, note() tells of theirs after
  /// a while, so there is neither tag() nor total().
  explicit Changes(bool complete);

  // --- writing ---

  /// A write of a tenant's events. Until it ends, they may be seen or not.
  class Write {
   public:
    Write(Changes& changes, const ClientId& owner);
    /// Ends the write: it is not known what it has done, unless succeeded() was called.
    ~Write();
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;

    /// Says how many events were added. Call it before they are acknowledged.
    void succeeded(std::uint64_t added) { added_ = added; }

   private:
    Changes& changes_;
    ClientId owner_;
    std::uint64_t since_;
    std::optional<std::uint64_t> added_;
  };

  /// Takes note of a change that was not made by a Write.
  void note(const ClientId& owner);
  /// Takes note that the tenant is gone.
  void forget(const ClientId& owner);

  // --- reading ---

  /// Returns a text that differs whenever events of the tenant were acknowledged in between; nullopt if
  /// nobody can know.
  [[nodiscard]] std::optional<std::string> tag(const ClientId& owner) const;

  /// Returns the number of acknowledged events, if it is known.
  [[nodiscard]] std::optional<std::uint64_t> total(const ClientId& owner) const;
  /// Returns a moment for learn_total() if no write is under way.
  [[nodiscard]] std::optional<std::uint64_t> quiet_moment(const ClientId& owner) const;
  /// Takes over the number of events in the table, counted after that moment.
  void learn_total(const ClientId& owner, std::uint64_t moment, std::uint64_t total);

  // --- waiting ---

  /// Returns the number of the last change, for wait(). Numbers never come again, not even those of a tenant
  /// that is deleted and restored.
  [[nodiscard]] std::uint64_t count(const ClientId& owner) const;
  /// Returns once the last change is another than `seen`, or at the deadline.
  boost::asio::awaitable<void> wait(EventsTable table, std::uint64_t seen, Clock::time_point deadline);
  /// Returns the tables for whose changes somebody waits, whole, whatever part those may see.
  [[nodiscard]] std::vector<EventsTable> waited_for() const;

 private:
  using Timer = std::shared_ptr<boost::asio::steady_timer>;
  struct Tenant {
    std::uint64_t changes;          // the number of the last one
    std::uint64_t since = changes;  // tells this entry from one that was forgotten
    std::size_t writes = 0;         // under way
    std::optional<std::uint64_t> total = {};
    std::set<Timer> waiting = {};
    std::optional<EventsTable> table = {};  // of those who wait
  };

  std::uint64_t begin(const ClientId& owner);
  void end(const ClientId& owner, std::uint64_t since, std::optional<std::uint64_t> added);
  Tenant& entry_of(const ClientId& owner);
  static void wake(const std::set<Timer>& waiting);
  void leave(const ClientId& owner, const Timer& timer);
  template <class Part>
  [[nodiscard]] Part of(const ClientId& owner, Part (*part)(const Tenant& tenant)) const;

  const bool complete_;
  const std::string run_;  // of this process: its counts begin anew with each
  mutable std::mutex mutex_;
  std::map<ClientId, Tenant> tenants_;
  std::uint64_t last_change_ = 0;     // of all tenants
  std::uint64_t last_forgotten_ = 0;  // the number that stands for every tenant without an entry
};

}  // namespace annals::events
