#include "audit/trail.h"

#include <utility>

#include "io/settled.h"
#include "ops/log.h"

namespace annals::audit {
namespace {

using boost::asio::awaitable;

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  }
}

/// Returns the error for an act that is refused because it cannot be put on record. An engine that does not
/// answer has words of its own.
Error refusal_after(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    if (known.code() == ErrorCode::engine_unavailable) return {known.code(), known.detail(), known.what()};
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): text_of() has its words
  }
  return {ErrorCode::overloaded, "The audit trail cannot be written, so nothing is changed. Try again later.",
          text_of(error)};
}

/// Writes to the log what is not in the trail yet, so that it is on record somewhere.
void log_unrecorded(const Record& record, const std::exception_ptr& error) {
  ops::log(ops::Level::error, "the audit trail cannot be written; this is recorded there later",
           {{"request_id", record.request_id},
            {"action", name_of(record.action)},
            {"result", name_of(record.result)},
            {"caller", record.actor.id},
            {"client_address", record.address},
            {"subject", record.subject ? uuid_text(*record.subject) : ""},
            {"error", text_of(error)}});
}

}  // namespace

awaitable<void> Trail::record_before(Record record) {
  const auto stored = co_await io::settled(store({record.event()}, record.request_id));
  if (stored) co_return;
  if (settings_.is_required && !takes_away(record.action)) throw refusal_after(stored.error());
  log_unrecorded(record, stored.error());
  note(record);
}

awaitable<void> Trail::record_after(Record record) {
  const auto stored = co_await io::settled(store({record.event()}, record.request_id));
  if (stored) co_return;
  log_unrecorded(record, stored.error());
  note(record);
}

awaitable<void> Trail::store(Events events, std::string request_id) {
  co_await table_.make();
  auto outcome = co_await io::settled(write_(table_.for_request(std::move(request_id)), std::move(events)));
  if (!outcome) table_.forget_made();
  io::result_of(std::move(outcome));
}

void Trail::note(const Record& record) noexcept {
  try {
    auto event = record.event();
    const std::scoped_lock lock(mutex_);
    enqueue(std::move(event));
  } catch (const std::exception& error) {  // no memory
    ops::log_damped(ops::Level::error, "a record of the audit trail was lost", {{"error", error.what()}});
  }
}

void Trail::note(const Refusal& refusal) noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    const auto first = refusals_.add(refusal, Refusals::Clock::now());
    if (first) enqueue(first->event());
  } catch (const std::exception& error) {  // no memory
    ops::log_damped(ops::Level::error, "a record of the audit trail was lost", {{"error", error.what()}});
  }
}

/// Lets an event wait. The caller holds the lock.
void Trail::enqueue(events::Event event) {
  const std::size_t bytes = memory_of(event);
  if (waiting_.size() >= settings_.max_waiting || waiting_bytes_ + bytes > settings_.max_waiting_bytes) {
    ++lost_;
    ++all_lost_;
    return;
  }
  waiting_bytes_ += bytes;
  waiting_.push_back(std::move(event));
}

/// Lets records wait. The caller holds the lock.
void Trail::enqueue_all(const std::vector<Record>& records) {
  for (const Record& record : records) enqueue(record.event());
}

/// Takes what waits, with a record of how many were lost.
Trail::Events Trail::take_waiting() {
  const std::scoped_lock lock(mutex_);
  enqueue_all(refusals_.take_ended(Refusals::Clock::now()));
  Events events(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  waiting_bytes_ = 0;
  if (lost_ > 0) {
    const Record record{.action = Action::lose_records,
                        .result = Result::done,
                        .actor = {.kind = Actor::Kind::service},
                        .details = {{"count", std::exchange(lost_, 0)}}};
    events.push_back(record.event());
  }
  return events;
}

/// Lets events that could not be written wait again, before those that came meanwhile.
void Trail::put_back(Events events) {
  const std::scoped_lock lock(mutex_);
  auto later = std::exchange(waiting_, {});
  waiting_bytes_ = 0;
  for (auto& event : events) enqueue(std::move(event));
  for (auto& event : later) enqueue(std::move(event));
}

awaitable<void> Trail::write_waiting() {
  co_await table_.make();
  auto events = take_waiting();
  if (events.empty()) co_return;
  auto outcome = co_await io::settled(store(events, {}));
  if (!outcome) put_back(std::move(events));
  io::result_of(std::move(outcome));
}

awaitable<void> Trail::write_all() {
  {
    const std::scoped_lock lock(mutex_);
    enqueue_all(refusals_.take_all());
  }
  co_await write_waiting();
}

Trail::Status Trail::status() const {
  const std::scoped_lock lock(mutex_);
  return {.waiting = waiting_.size(), .lost = all_lost_};
}

}  // namespace annals::audit
