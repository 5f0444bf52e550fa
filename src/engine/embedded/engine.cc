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
#include "engine/kept_free.h"
#include "engine/pooled_engine.h"

namespace annals::engine {
namespace {

/// Parts that were merged into a larger one are kept for this time, after which the system has certainly
/// written the larger one to the disk. Each commit makes a part of a dozen files, so a much longer time would
/// keep very many files.
constexpr std::chrono::seconds kOldPartsLifetime{120};

/// From this size on a merged part is synced before its sources go: its writing may take the system long.
constexpr std::uint64_t kLargeMerge = std::uint64_t{16} << 20U;  // bytes

/// A loaded table of events takes this much of the memory while it is idle, in bytes.
constexpr std::uint64_t kMemoryPerTable = std::uint64_t{512} << 10U;

/// A database that was not used for this time goes to sleep. By then its parts are merged, and those that
/// were merged are removed.
constexpr std::chrono::seconds kIdleTime{600};

/// The time between two looks for such databases and for failed writes. It is well below kOldPartsLifetime: a
/// merge whose writes have failed must be noticed before its sources go.
constexpr std::chrono::seconds kWatch{30};

/// The share of the memory that idle tables may take.
constexpr std::uint64_t kShareOfTables = 2;

/// ClickHouse refuses to start if one table has many or large parts that are broken. Here that is one
/// tenant's matter: the parts are set aside and reported (events::BrokenParts), and everybody else is served.
constexpr std::uint64_t kAnyNumberOfParts = 1'000'000'000;
constexpr std::uint64_t kAnyNumberOfBytes = std::uint64_t{1} << 62U;

/// Returns a path for the text of an element.
std::string in_xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

void write(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

/// Writes the file that says what statements may do: work on tables, and nothing else. No statement of Annals
/// reads files or URLs, calls programs or reaches other servers; none that gets in some other way can.
std::filesystem::path write_users(const EmbeddedSettings& settings) {
  const auto path = settings.directory / "annals-users.xml";
  write(path, R"(<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users><default>
    <password/><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
    <grants>
      <query>GRANT CREATE DATABASE, DROP DATABASE, CREATE TABLE, DROP TABLE, ALTER TABLE, CHECK, OPTIMIZE, INSERT, SELECT ON *.*</query>
      <query>GRANT TABLE ENGINE ON MergeTree</query>
      <query>GRANT TABLE ENGINE ON ReplacingMergeTree</query>
    </grants>
  </default></users>
</clickhouse>
)");
  return path;
}

/// Writes the settings of ClickHouse's server part, which can be given in a file only, and returns the path
/// of that file. A DROP that a crash has interrupted is finished at the next start instead of minutes later.
/// Directories of tables that the engine does not know are left alone: nothing but a backup can say what they
/// are. The file is rewritten at each start, so that a changed setting also holds for existing tables.
std::filesystem::path write_server_config(const EmbeddedSettings& settings) {
  const auto path = settings.directory / "annals-engine.xml";
  write(path, fmt::format(
                  R"(<clickhouse>
  <users_config>{}</users_config>
  <access_control_improvements>
    <table_engines_require_grant>true</table_engines_require_grant>
  </access_control_improvements>
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
                  in_xml(write_users(settings).string()), settings.max_memory_bytes, kFreeForDeletions,
                  kOldPartsLifetime.count(), settings.fsync ? kLargeMerge : 0, kAnyNumberOfParts,
                  kAnyNumberOfBytes));
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
        directory_(settings.directory),
        time_limit_(settings.statement_timeout),
        tables_(settings.directory, max_awake(settings), settings.may_sleep),
        failed_writes_(settings.directory) {
    if (settings.fsync) sync_.emplace(settings.directory);
    if (sync_has_failed(settings.directory)) doubt_tables(settings.directory);
    if (tables_in_doubt_) {
      wake_all_tables(settings.directory);
    } else {
      put_tables_to_sleep(settings.directory, settings.may_sleep);
    }
  }
  ~EmbeddedEngineHolder() { library_.shutdown(); }
  EmbeddedEngineHolder(const EmbeddedEngineHolder&) = delete;
  EmbeddedEngineHolder& operator=(const EmbeddedEngineHolder&) = delete;

  [[nodiscard]] const std::vector<std::string>& arguments() const { return arguments_; }
  [[nodiscard]] SleepingTables& tables() { return tables_; }
  [[nodiscard]] FailedWrites& failed_writes() { return failed_writes_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] Shared shared() {
    return {.library = library_,
            .tables = tables_,
            .sync = sync_ ? &*sync_ : nullptr,
            .failed_writes = failed_writes_,
            .directory = directory_,
            .time_limit = time_limit_};
  }
  void sync() {
    if (sync_) sync_->run();
  }
  /// Returns whether a write has failed before this start, so that the tables must be checked.
  [[nodiscard]] bool tables_in_doubt() const { return tables_in_doubt_; }

 private:
  void doubt_tables(const std::filesystem::path& directory) {
    tables_in_doubt_ = true;
    sync();  // only what is written can be dropped
    drop_cached_files(directory);
  }

  EmbeddedLibrary library_;
  const std::vector<std::string> arguments_;
  std::optional<FileSystemSync> sync_;
  const std::filesystem::path directory_;
  const std::chrono::milliseconds time_limit_;
  SleepingTables tables_;
  FailedWrites failed_writes_;
  bool tables_in_doubt_ = false;
};

class EmbeddedEngine final : private EmbeddedEngineHolder, public PooledEngine {
 public:
  explicit EmbeddedEngine(const EmbeddedSettings& settings)
      : EmbeddedEngineHolder(settings),
        PooledEngine(connect(settings.connections), connect(kWaitingConnections), settings.max_waiting),
        own_connection_(std::move(connect(1).front())) {
    if (tables_in_doubt()) check(settings);
    watch_ = std::jthread([this, on_failed_write = settings.on_failed_write](const std::stop_token& stop) {
      watch(stop, on_failed_write);
    });
  }

  [[nodiscard]] bool has_failed_write() const override { return sync_has_failed(directory()); }

 private:
  std::vector<std::unique_ptr<Connection>> connect(std::size_t count) {
    std::vector<std::unique_ptr<Connection>> connections;
    connections.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      connections.push_back(make_embedded_connection(shared(), arguments()));
    }
    return connections;
  }

  void check(const EmbeddedSettings& settings) {
    check_tables(*own_connection_, settings.directory);
    sync();
    forget_failed_sync(settings.directory);
    sync();
  }

  void look_for_failed_writes(const FailedWrites::Ask& ask,
                              const std::function<void(const std::string&)>& on_failed_write) {
    try {
      failed_writes().check(ask);
    } catch (const EngineError&) {
      return;  // the engine can be asked next time
    } catch (const std::system_error& error) {
      on_failed_write(error.what());
    }
  }

  /// Does from time to time what no statement asks for.
  void watch(const std::stop_token& stop, const std::function<void(const std::string&)>& on_failed_write) {
    const auto ask = [this](const std::string& sql) { return own_connection_->query({.sql = sql}); };
    const auto run = [this](const std::string& sql) {
      own_connection_->execute({.sql = sql, .durable = false});
    };
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any stopped;
    while (!stopped.wait_for(lock, stop, kWatch, [&stop] { return stop.stop_requested(); })) {
      look_for_failed_writes(ask, on_failed_write);
      tables().put_idle_to_sleep(kIdleTime, run);
    }
  }

  std::unique_ptr<Connection> own_connection_;
  std::jthread watch_;
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
