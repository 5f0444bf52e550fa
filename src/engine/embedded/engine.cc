#include "engine/embedded/engine.h"

#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "engine/embedded/connection.h"
#include "engine/embedded/deduplication_logs.h"
#include "engine/embedded/failed_sync.h"
#include "engine/embedded/file_system_sync.h"
#include "engine/embedded/leftover_links.h"
#include "engine/embedded/library.h"
#include "engine/pooled_engine.h"

namespace annals::engine {
namespace {

/// Parts that were merged into a larger one are kept for this time, after which the system has certainly
/// written the larger one to the disk. Each commit makes a part of a dozen files, so a much longer time would
/// keep very many files.
constexpr std::chrono::seconds kOldPartsLifetime{120};

/// From this size on a merged part is synced before its sources go: its writing may take the system long.
constexpr std::uint64_t kLargeMerge = std::uint64_t{16} << 20U;  // bytes

/// Room on the disk below which the engine refuses to write. It asks for the room that a part needs before it
/// writes the part, and then does not notice if a write fails all the same (26.7: with ENOSPC from every
/// write(2) an insert succeeds, and its part is empty). So what others may take meanwhile must be left.
constexpr std::uint64_t kKeptFree = std::uint64_t{256} << 20U;  // bytes

/// A loaded table of events takes this much of the memory while it is idle, in bytes.
constexpr std::uint64_t kMemoryPerTable = std::uint64_t{512} << 10U;

/// A database that was not used for this time goes to sleep. By then its parts are merged, and those that
/// were merged are removed.
constexpr std::chrono::seconds kIdleTime{600};

/// The time between two looks for such databases.
constexpr std::chrono::seconds kIdleWatch{30};

/// The share of the memory that idle tables may take.
constexpr std::uint64_t kShareOfTables = 2;

/// ClickHouse refuses to start if one table has many or large parts that are broken. Here that is one
/// tenant's matter: the parts are set aside and reported (events::BrokenParts), and everybody else is served.
constexpr std::uint64_t kAnyNumberOfParts = 1'000'000'000;
constexpr std::uint64_t kAnyNumberOfBytes = std::uint64_t{1} << 62U;

/// Writes the settings of ClickHouse's server part, which can be given in a file only, and returns the path
/// of that file. A DROP that a crash has interrupted is finished at the next start instead of minutes later.
/// Directories of tables that the engine does not know are left alone: nothing but a backup can say what they
/// are. The file is rewritten at each start, so that a changed setting also holds for existing tables.
std::filesystem::path write_server_config(const EmbeddedSettings& settings) {
  const auto path = settings.directory / "annals-engine.xml";
  std::ofstream file(path, std::ios::trunc);
  file << fmt::format(
      R"(<clickhouse>
  <max_server_memory_usage>{}</max_server_memory_usage>
  <database_atomic_delay_before_drop_table_sec>0</database_atomic_delay_before_drop_table_sec>
  <database_catalog_unused_dir_cleanup_period_sec>0</database_catalog_unused_dir_cleanup_period_sec>
  <storage_configuration><disks><default>
    <keep_free_space_bytes>{}</keep_free_space_bytes>
  </default></disks></storage_configuration>
  <merge_tree>
    <old_parts_lifetime>{}</old_parts_lifetime>
    <min_compressed_bytes_to_fsync_after_merge>{}</min_compressed_bytes_to_fsync_after_merge>
    <max_suspicious_broken_parts>{}</max_suspicious_broken_parts>
    <max_suspicious_broken_parts_bytes>{}</max_suspicious_broken_parts_bytes>
  </merge_tree>
</clickhouse>
)",
      settings.max_memory_bytes, kKeptFree, kOldPartsLifetime.count(), settings.fsync ? kLargeMerge : 0,
      kAnyNumberOfParts, kAnyNumberOfBytes);
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return path;
}

/// Returns the arguments of every connection (chdb_connect).
std::vector<std::string> arguments_of(const EmbeddedSettings& settings) {
  const auto seconds = static_cast<double>(settings.statement_timeout.count()) / 1000.0;
  return {"clickhouse", "--path=" + settings.directory.string(),
          "--config-file=" + write_server_config(settings).string(),
          fmt::format("--max_execution_time={}", seconds)};
}

std::size_t max_awake(const EmbeddedSettings& settings) {
  return settings.max_memory_bytes / kShareOfTables / kMemoryPerTable;
}

/// Owns the library for as long as connections live, and closes the engine after the last of them is closed.
class EmbeddedEngineHolder {
 public:
  explicit EmbeddedEngineHolder(const EmbeddedSettings& settings)
      : library_(settings.library),
        arguments_(arguments_of(settings)),
        tables_(settings.directory, max_awake(settings), settings.may_sleep) {
    if (settings.fsync) prepare_sync(settings.directory);
    if (tables_in_doubt_) {
      wake_all_tables(settings.directory);
    } else {
      put_tables_to_sleep(settings.directory, settings.may_sleep);
    }
  }
  ~EmbeddedEngineHolder() { library_.shutdown(); }
  EmbeddedEngineHolder(const EmbeddedEngineHolder&) = delete;
  EmbeddedEngineHolder& operator=(const EmbeddedEngineHolder&) = delete;

  [[nodiscard]] const EmbeddedLibrary& library() const { return library_; }
  [[nodiscard]] const std::vector<std::string>& arguments() const { return arguments_; }
  [[nodiscard]] SleepingTables& tables() { return tables_; }
  [[nodiscard]] FileSystemSync* sync() { return sync_ ? &*sync_ : nullptr; }
  /// Returns whether a sync has failed before this start, so that the tables must be checked.
  [[nodiscard]] bool tables_in_doubt() const { return tables_in_doubt_; }

 private:
  void prepare_sync(const std::filesystem::path& directory) {
    sync_.emplace(directory);
    if (!sync_has_failed(directory)) return;
    tables_in_doubt_ = true;
    sync_->run();  // only what is written can be dropped
    drop_cached_files(directory);
  }

  EmbeddedLibrary library_;
  const std::vector<std::string> arguments_;
  std::optional<FileSystemSync> sync_;
  SleepingTables tables_;
  bool tables_in_doubt_ = false;
};

class EmbeddedEngine final : private EmbeddedEngineHolder, public PooledEngine {
 public:
  explicit EmbeddedEngine(const EmbeddedSettings& settings)
      : EmbeddedEngineHolder(settings),
        PooledEngine(connect(settings, {.first = 0, .count = settings.connections}),
                     connect(settings, {.first = settings.connections, .count = kWaitingConnections}),
                     settings.max_waiting),
        own_connection_(std::move(
            connect(settings, {.first = settings.connections + kWaitingConnections, .count = 1}).front())) {
    if (tables_in_doubt()) check(settings);
    idle_watch_ = std::jthread([this](const std::stop_token& stop) { put_idle_to_sleep(stop); });
  }

 private:
  /// Which of the connections, all pools together.
  struct Range {
    std::size_t first;
    std::size_t count;
  };
  std::vector<std::unique_ptr<Connection>> connect(const EmbeddedSettings& settings, Range range) {
    std::vector<std::unique_ptr<Connection>> connections;
    connections.reserve(range.count);
    for (std::size_t i = range.first; i < range.first + range.count; ++i) {
      connections.push_back(make_embedded_connection(
          library(), arguments(), sync(), tables(), settings.directory / fmt::format("annals-result-{}", i)));
    }
    return connections;
  }

  void check(const EmbeddedSettings& settings) {
    check_tables(*own_connection_, settings.directory);
    sync()->run();
    forget_failed_sync(settings.directory);
    sync()->run();
  }

  void put_idle_to_sleep(const std::stop_token& stop) {
    const auto run = [this](const std::string& sql) { own_connection_->query({.sql = sql}); };
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any stopped;
    while (!stopped.wait_for(lock, stop, kIdleWatch, [&stop] { return stop.stop_requested(); })) {
      tables().put_idle_to_sleep(kIdleTime, run);
    }
  }

  std::unique_ptr<Connection> own_connection_;
  std::jthread idle_watch_;
};

}  // namespace

std::unique_ptr<Engine> open_embedded_engine(const EmbeddedSettings& settings) {
  EmbeddedSettings absolute = settings;
  // The engine resolves relative paths in its own way.
  absolute.directory = std::filesystem::absolute(settings.directory);
  std::filesystem::create_directories(absolute.directory);
  remove_leftover_links(absolute.directory);
  remove_deduplication_logs(absolute.directory);
  return std::make_unique<EmbeddedEngine>(absolute);
}

}  // namespace annals::engine
