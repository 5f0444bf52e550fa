#include "engine/embedded/sleeping_tables.h"

#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "engine/embedded/empty_files.h"
#include "engine/embedded/in_quotes.h"
#include "engine/engine.h"
#include "engine/sql.h"

namespace annals::engine {
namespace {

/// How many databases may go to sleep for one that wakes. More than one, so that their number comes down
/// again after many were in use together; few, because the statement of the one that wakes waits for them.
constexpr int kAsleepPerWaking = 2;

std::string table_name(const DatabaseName& database, const std::string& table) {
  return fmt::format("{}.{}", quote(database), in_quotes(table, '`'));
}

}  // namespace

std::unique_ptr<SleepingTables::Use> SleepingTables::use(const DatabaseName& database, const Run& run) {
  Lock lock(mutex_);
  const Place place = begin_use(lock, database);
  if (place->is_changing) {
    wake(lock, place, run);
    put_others_to_sleep(lock, run);
  }
  return std::make_unique<Use>(*this, database.text());
}

/// Counts a user of the database. If it was not awake, it is marked as changing, and the caller wakes it.
SleepingTables::Place SleepingTables::begin_use(Lock& lock, const DatabaseName& database) {
  while (true) {
    const auto found = places_.find(database.text());
    if (found == places_.end()) {
      awake_.emplace_front(database).is_changing = true;
      places_.emplace(database.text(), awake_.begin());
      break;
    }
    if (!found->second->is_changing) {
      awake_.splice(awake_.begin(), awake_, found->second);
      break;
    }
    changed_.wait(lock);
  }
  ++awake_.front().users;
  return awake_.begin();
}

void SleepingTables::wake(Lock& lock, Place place, const Run& run) {
  lock.unlock();
  try {
    attach(place->database, run);
  } catch (...) {
    lock.lock();
    forget(place);
    throw;
  }
  lock.lock();
  place->is_changing = false;
  changed_.notify_all();
}

void SleepingTables::attach(const DatabaseName& database, const Run& run) const {
  try {
    for (const SleepingTable& table : sleeping_tables_of(directory_, database)) {
      const auto name = table_name(database, table.name);
      if (!table.saved.empty()) remove_empty_mutations(directory_, table.saved);
      run(table.saved.empty() ? "ATTACH TABLE " + name : attach_statement(name, table.saved));
      // The engine takes a write that failed for done: on a full disk, the definition that it has written
      // anew is empty. A crash here leaves both, and the next start takes the saved one.
      if (!table.saved.empty()) restore_definition(table.saved);
    }
  } catch (const EngineError&) {
    throw;
  } catch (const std::exception& error) {  // of the file system
    throw EngineError(EngineError::Kind::unavailable, 0, error.what());
  }
}

void SleepingTables::put_others_to_sleep(Lock& lock, const Run& run) {
  for (int count = 0; count < kAsleepPerWaking && awake_.size() > max_awake_; ++count) {
    const auto last = used_longest_ago();
    if (!last) return;
    put_to_sleep(lock, *last, run);
  }
}

void SleepingTables::put_idle_to_sleep(std::chrono::milliseconds idle_time, const Run& run) {
  Lock lock(mutex_);
  const auto used_before = Clock::now() - idle_time;
  for (auto last = used_longest_ago(); last && (*last)->used_at < used_before; last = used_longest_ago()) {
    put_to_sleep(lock, *last, run);
  }
}

/// Returns nullopt if all are in use.
std::optional<SleepingTables::Place> SleepingTables::used_longest_ago() {
  for (auto place = awake_.end(); place != awake_.begin();) {
    --place;
    if (place->users == 0 && !place->is_changing) return place;
  }
  return std::nullopt;
}

void SleepingTables::put_to_sleep(Lock& lock, Place place, const Run& run) {
  place->is_changing = true;
  lock.unlock();
  const bool sleeps = detach(place->database, run);
  lock.lock();
  if (sleeps) {
    forget(place);
    return;
  }
  place->is_changing = false;
  place->used_at = Clock::now();
  awake_.splice(awake_.begin(), awake_, place);
  changed_.notify_all();
}

/// Returns false if a table stayed awake. That is not the matter of the statement for which another wakes.
bool SleepingTables::detach(const DatabaseName& database, const Run& run) noexcept {
  try {
    for (const std::string& table : tables_that_may_sleep(directory_, database, may_sleep_)) {
      run(fmt::format("DETACH TABLE {} PERMANENTLY SYNC", table_name(database, table)));
    }
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void SleepingTables::end_use(const std::string& database) {
  const std::scoped_lock lock(mutex_);
  const auto found = places_.find(database);
  --found->second->users;
  found->second->used_at = Clock::now();
}

void SleepingTables::forget(Place place) {
  places_.erase(place->database.text());
  awake_.erase(place);
  changed_.notify_all();
}

}  // namespace annals::engine
