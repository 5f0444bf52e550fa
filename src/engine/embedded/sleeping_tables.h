#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/embedded/table_files.h"
#include "ids/database_name.h"

namespace annals::engine {

/// Keeps the tables of most databases asleep: each loaded table costs a third of a megabyte and its share of
/// every start. A database's tables wake when a statement uses it, and those of the database that was used
/// longest ago go to sleep for it (DETACH TABLE … PERMANENTLY, which only takes the table out of the memory).
/// Thread-safe.
class SleepingTables {
 public:
  /// Runs a statement without a result on the connection of the caller. Throws EngineError.
  using Run = std::function<void(const std::string& sql)>;

  /// `directory` is the engine's. At most `max_awake` databases stay awake that are not in use. `may_sleep`
  /// decides which tables are put to sleep at all.
  SleepingTables(std::filesystem::path directory, std::size_t max_awake, MaySleep may_sleep)
      : directory_(std::move(directory)), max_awake_(max_awake), may_sleep_(std::move(may_sleep)) {}

  /// Keeps a database awake for as long as it lives.
  class Use {
   public:
    Use(SleepingTables& tables, std::string database) : tables_(tables), database_(std::move(database)) {}
    ~Use() { tables_.end_use(database_); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    SleepingTables& tables_;
    const std::string database_;
  };

  /// Wakes the tables of that database; does nothing more if there is no such database. Blocks while another
  /// thread wakes it or puts it to sleep. Throws EngineError if a table cannot be loaded.
  [[nodiscard]] std::unique_ptr<Use> use(const DatabaseName& database, const Run& run);

  /// Puts the tables of databases to sleep that were not used for that time: a loaded table also costs some
  /// processor time while nobody uses it.
  void put_idle_to_sleep(std::chrono::milliseconds idle_time, const Run& run);

 private:
  using Clock = std::chrono::steady_clock;
  struct Awake {
    explicit Awake(DatabaseName name) : database(std::move(name)) {}
    DatabaseName database;
    std::size_t users = 0;
    bool is_changing = false;  // a thread is waking it or putting it to sleep
    Clock::time_point used_at;
  };
  using Place = std::list<Awake>::iterator;

  using Lock = std::unique_lock<std::mutex>;

  void end_use(const std::string& database);
  Place begin_use(Lock& lock, const DatabaseName& database);
  void wake(Lock& lock, Place place, const Run& run);
  void put_others_to_sleep(Lock& lock, const Run& run);
  std::optional<Place> used_longest_ago();
  void put_to_sleep(Lock& lock, Place place, const Run& run);
  void attach(const DatabaseName& database, const Run& run) const;
  bool detach(const DatabaseName& database, const Run& run) noexcept;
  void forget(Place place);

  const std::filesystem::path directory_;
  const std::size_t max_awake_;
  const MaySleep may_sleep_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::list<Awake> awake_;  // that which was used last comes first
  std::unordered_map<std::string, Place> places_;
};

}  // namespace annals::engine
