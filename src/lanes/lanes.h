#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "engine/engine.h"
#include "events/event.h"
#include "events/events_table.h"
#include "io/slots.h"
#include "lanes/commits.h"

namespace annals::lanes {

struct LaneLimits {
  std::size_t max_rows_per_commit = 100'000;
  std::size_t max_bytes_per_commit = std::size_t{32} << 20U;
  std::size_t max_bytes_waiting_per_tenant = std::size_t{128} << 20U;
  std::size_t max_bytes_waiting = std::size_t{512} << 20U;  // over all tenants
  std::size_t max_commits = 4;                              // that run at a time, over all tenants
};

/// The write queues, one per tenant: group commit without a timer to tune. Events that arrive while an insert
/// of their tenant runs wait and leave together as the next insert; when none runs, they leave at once. After
/// an insert those who were answered are waited for, for a part of what it took (docs/decisions/0007). A
/// bounded number of inserts runs over all tenants, and the tenants take turns. Safe for concurrent use.
class Lanes {
 public:
  /// `commits` must outlive this, and this must outlive what is written.
  Lanes(boost::asio::any_io_executor executor, Commits& commits, LaneLimits limits);
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  /// Returns when every event is kept, with what became of each. All events of one call are in one commit, so
  /// a crash keeps all or none. Throws at once when too much waits, Error(over_quota) of this tenant
  /// or Error(overloaded) of all, and nothing is kept then; engine::EngineError when the engine fails: then
  /// it is not known whether they are kept, and sending them again is harmless; Error(unknown_client) when
  /// the tenant has been deleted meanwhile.
  boost::asio::awaitable<std::vector<Fate>> write(events::EventsTable table,
                                                  std::vector<events::Event> events);

  /// How many bytes of events a sender of very many should write at a time, so that a few such writes fit
  /// into what may wait of one tenant.
  [[nodiscard]] std::size_t bytes_per_write() const;

 private:
  struct Waiting;
  struct Lane;
  using Batch = std::vector<std::shared_ptr<Waiting>>;

  void enqueue(const std::shared_ptr<Waiting>& waiting);
  [[nodiscard]] std::exception_ptr refusal(const Waiting& waiting) const;
  boost::asio::awaitable<void> drain(Uuid owner, std::shared_ptr<Lane> lane);
  boost::asio::awaitable<void> gather(std::shared_ptr<Lane> lane, std::size_t answered,
                                      std::chrono::steady_clock::duration commit_time);
  boost::asio::awaitable<void> commit(Batch batch);
  Batch take(const Uuid& owner, Lane& lane);

  boost::asio::any_io_executor executor_;
  Commits& commits_;
  const LaneLimits limits_;
  io::Slots slots_;
  std::mutex mutex_;  // guards what follows, the lanes' queues included
  std::size_t bytes_waiting_ = 0;
  std::map<Uuid, std::shared_ptr<Lane>> lanes_;
};

}  // namespace annals::lanes
