#include "lanes/moves.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/rows.h"
#include "io/pause.h"
#include "ops/log.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using events::EventsTable;
using namespace std::chrono_literals;

/// The bytes of one move.
constexpr std::size_t kMaxMove = std::size_t{16} << 20U;

/// Up to this part of the journal the background moves rest after each move for so many times its time, so
/// that what arrives goes first.
constexpr double kRoomy = 0.25;
constexpr int kRest = 4;
constexpr std::chrono::steady_clock::duration kLongestRest = 200ms;  // a stop waits for it
/// From this part on it does not matter how long events have waited.
constexpr double kCrowded = 0.5;

constexpr auto kReleaseInterval = 1s;
constexpr std::chrono::steady_clock::duration kLongestPostponement = 30s;

std::string rows_of(const std::vector<journal::PendingRecord>& records) {
  std::size_t bytes = 0;
  for (const auto& one : records) bytes += one->record.bytes.size();
  std::string rows;
  rows.reserve(bytes);
  for (const auto& one : records) rows += one->record.bytes;
  return rows;
}

}  // namespace

awaitable<void> Moves::settle(EventsTable table) {
  const auto last = journal_.last_of(table.owner);
  if (!last) co_return;
  while (true) {
    const auto first = journal_.first_of(table.owner, 0);
    if (first.empty() || first.front()->record.first > *last) co_return;
    try {
      co_await move_once(table);
    } catch (const EngineError& error) {
      // It is not the reader's fault that the table refuses the events.
      if (error.kind() != EngineError::Kind::refused || events::is_table_gone(error)) throw;
      throw EngineError(EngineError::Kind::unavailable, 0, error.what());
    }
  }
}

awaitable<void> Moves::give_up(EventsTable table, std::uint64_t last) {
  constexpr auto kUntilNextLook = 100ms;
  const ClientId owner = table.owner;
  const auto deadline = Clock::now() + longest_wait_;
  while (true) {
    // Also waits for a move whose rows can be seen while the journal does not know of it yet.
    co_await settle(table);
    while (journal_.has_unreleased(owner, last)) {  // run() releases once a second
      if (Clock::now() >= deadline) {
        throw Error(ErrorCode::overloaded, "The journal does not give events up. Try again later.");
      }
      co_await io::pause(kUntilNextLook);
    }
    co_await journal_.erase_released(owner);
    // Once that has waited for the writer, a record is known that had its number and was still being written.
    const auto first = journal_.first_of(owner, 0);
    const bool holds_any = !first.empty() && first.front()->record.first <= last;
    if (!holds_any && !journal_.has_unreleased(owner, last)) co_return;
  }
}

/// The right to move a tenant's events. It ends with this object, however the coroutine ends that holds it: a
/// client that hangs up cancels it at any await.
class Moves::Turn {
 public:
  Turn(Moves& moves, const ClientId& owner) : moves_(moves), owner_(owner) {}
  ~Turn() { moves_.end_turn(owner_, succeeded_); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  void succeeded() { succeeded_ = true; }

 private:
  Moves& moves_;
  ClientId owner_;
  bool succeeded_ = false;
};

/// Moves once, or waits for the end of a move that somebody else makes.
awaitable<void> Moves::move_once(EventsTable table) {
  const ClientId owner = table.owner;
  if (!begin_turn(owner)) {
    co_await wait_for_end(owner);
    co_return;
  }
  Turn turn(*this, owner);
  co_await move_alone(std::move(table));
  turn.succeeded();
}

/// Returns false if somebody else has the turn. Otherwise it is the caller's, for a Turn.
bool Moves::begin_turn(const ClientId& owner) {
  const std::scoped_lock lock(mutex_);
  return !std::exchange(states_[owner].is_moving, true);
}

awaitable<void> Moves::wait_for_end(ClientId owner) {
  co_await io::suspend([this, owner](io::Wake wake) {
    {
      const std::scoped_lock lock(mutex_);
      const auto found = states_.find(owner);
      if (found != states_.end() && found->second.is_moving) {
        found->second.waiting.push_back(std::move(wake));
        return;
      }
    }
    wake();
  });
}

void Moves::end_turn(const ClientId& owner, bool succeeded) {
  std::vector<io::Wake> waiting;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = states_.find(owner);
    State& state = found->second;
    state.is_moving = false;
    waiting = std::exchange(state.waiting, {});
    if (succeeded) {
      states_.erase(found);
    } else {
      ++state.failures;
    }
  }
  for (io::Wake& wake : waiting) wake();
}

/// Returns how many moves of the tenant have failed, one after the other: it is not known what they have
/// done.
int Moves::failures_of(const ClientId& owner) {
  const std::scoped_lock lock(mutex_);
  const auto found = states_.find(owner);
  return found == states_.end() ? 0 : found->second.failures;
}

awaitable<void> Moves::move_alone(EventsTable table) {
  const ClientId owner = table.owner;
  const auto records = journal_.first_of(owner, kMaxMove);
  if (records.empty()) co_return;
  ops::Outcomes::Measurement measurement(moves_);
  const auto may_be_moved = [](const journal::PendingRecord& one) { return one->may_be_moved; };
  const bool doubtful = failures_of(owner) > 0 || std::ranges::any_of(records, may_be_moved);
  auto missing = doubtful ? co_await missing_of(table, records) : records;
  if (!missing.empty()) co_await table.engine.insert(table.insert(rows_of(missing), false));
  journal_.moved(owner, records.size());
  measurement.succeeded();
  for (const auto& one : records) events_ += one->record.rows;
}

/// Returns those of the records that the table does not hold. One row of a record stands for all, because a
/// move is in the table as a whole or not at all.
awaitable<Moves::Records> Moves::missing_of(EventsTable table, Records records) {
  std::vector<std::uint64_t> numbers;
  for (const auto& one : records) numbers.push_back(one->record.first);
  const auto text = co_await table.engine.query(table.statement(
      fmt::format("SELECT arrival FROM {} WHERE arrival IN {{numbers:Array(UInt64)}}", table.quoted()),
      {{"numbers", fmt::format("[{}]", fmt::join(numbers, ","))}}));
  std::set<std::uint64_t> found;
  engine::for_each_line(text, [&](std::string_view line) { found.insert(std::stoull(std::string(line))); });
  std::erase_if(records, [&](const auto& one) { return found.contains(one->record.first); });
  co_return records;
}

awaitable<void> Moves::run(std::stop_token stop) {
  if (journal_.has_failed()) co_return;  // the next start moves what is left
  while (!stop.stop_requested()) {
    const double fill = journal_.fill();
    const auto owner = fill > kCrowded ? journal_.oldest() : journal_.due();
    if (!owner) break;
    const auto began = Clock::now();
    co_await move_due(*owner);
    const auto now = Clock::now();
    if (fill < kRoomy) co_await io::pause(std::min(kRest * (now - began), kLongestRest));
    if (now - released_ >= kReleaseInterval) co_await release();
  }
  if (Clock::now() - released_ >= kReleaseInterval) co_await release();
}

/// Moves the events of a tenant in the background. What fails is tried again later, and holds nobody else up.
awaitable<void> Moves::move_due(ClientId owner) {
  try {
    co_await find_and_move(owner);
  } catch (const std::exception& error) {
    if (!journal_.last_of(owner)) co_return;  // its deletion was faster
    constexpr int kMostDoublings = 5;
    const auto pause = 1s * (1 << std::clamp(failures_of(owner), 1, kMostDoublings));
    journal_.postpone(owner, std::min<Clock::duration>(pause, kLongestPostponement));
    ops::log(ops::Level::error, "events of a tenant cannot be moved into its table; they stay in the journal",
             {{"client_id", owner.text()}, {"error", error.what()}});
  }
}

awaitable<void> Moves::find_and_move(ClientId owner) {
  auto found = co_await find_table_(owner);
  if (found.is_gone) {
    ops::log(ops::Level::warning, "events of a deleted tenant were found in the journal and removed",
             {{"client_id", owner.text()}});
    co_await journal_.forget(owner);
    co_return;
  }
  if (!found.table) {  // its deletion goes on, and removes its events here too
    journal_.postpone(owner, kLongestPostponement);
    co_return;
  }
  co_await move_once(*std::move(found.table));
}

awaitable<void> Moves::release() {
  released_ = Clock::now();
  auto releasable = journal_.releasable();
  if (releasable.records == 0 && releasable.segments.empty()) co_return;
  try {
    co_await engine_.make_durable();
  } catch (const engine::WriteFailed& error) {
    journal_.fail(error.what());  // the disk has failed, so the journal must not be trusted to it either
    throw;
  }
  co_await journal_.release(std::move(releasable));
}

awaitable<bool> Moves::move_all(Clock::time_point deadline) {
  while (Clock::now() < deadline) {
    const auto owner = journal_.oldest();
    if (!owner) {
      co_await release();
      co_return journal_.tenants() == 0;  // those that were postponed are left
    }
    co_await move_due(*owner);
  }
  co_return false;
}

}  // namespace annals::lanes
