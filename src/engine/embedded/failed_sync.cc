#include "engine/embedded/failed_sync.h"

#include <fcntl.h>

#include <cerrno>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "engine/embedded/in_quotes.h"
#include "engine/rows.h"
#include "io/descriptor.h"
#include "io/durable_file.h"

namespace annals::engine {
namespace {

constexpr std::string_view kMarkerText =
    "A write to this disk has failed. At its next start Annals reads all tables from the disk, and removes "
    "this file if they are whole.\n";

std::filesystem::path marker_in(const std::filesystem::path& directory) {
  return directory / "annals-sync-failed";
}

void drop_cached_file(const std::filesystem::path& path) {
  const io::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) io::fail(errno, path.string());
  io::drop_cached(file, path);
}

/// Returns the quoted names of the tables that a query gives as rows of database and name.
std::set<std::string> tables_of(Connection& connection, std::string_view from) {
  const std::string text = connection.query(
      {.sql =
           fmt::format("SELECT {} AND database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema') "
                       "FORMAT JSONCompactEachRow",
                       from)});
  std::set<std::string> tables;
  for_each_line(text, [&](std::string_view line) {
    const boost::json::array row = boost::json::parse(line).as_array();
    tables.insert(
        fmt::format("{}.{}", in_quotes(row.at(0).as_string(), '`'), in_quotes(row.at(1).as_string(), '`')));
  });
  return tables;
}

bool is_whole(Connection& connection, const std::string& table) {
  try {
    // Reading a large table takes longer than a statement may take. There is a row per part: its name,
    // whether it passed, and why not.
    const std::string parts = connection.query(
        {.sql = fmt::format("CHECK TABLE {} FORMAT TabSeparated", table), .time_limit = kNoTimeLimit});
    bool whole = true;
    for_each_line(parts, [&whole](std::string_view part) {
      if (!part.contains("\t1\t")) whole = false;
    });
    return whole;
  } catch (const EngineError& error) {
    if (error.kind() != EngineError::Kind::refused) throw;  // it says nothing about the table
    return false;
  }
}

}  // namespace

void note_failed_sync(const std::filesystem::path& directory) noexcept {
  try {
    const auto marker = marker_in(directory);
    // It has its name from the beginning, so that it is there for the next process even if the disk refuses
    // it: a process that reads from the same cache needs it most.
    io::GrowingFile file(marker, 0);
    file.append(kMarkerText);
    file.sync_and_rename(marker);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see the header
  }
}

bool sync_has_failed(const std::filesystem::path& directory) {
  return std::filesystem::exists(marker_in(directory));
}

void drop_cached_files(const std::filesystem::path& directory) {
  // A directory that is linked to is part of the data (FileSystemSync permits it).
  constexpr auto kOptions = std::filesystem::directory_options::follow_directory_symlink;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory, kOptions)) {
    if (entry.is_regular_file()) drop_cached_file(entry.path());
  }
}

void check_tables(Connection& connection, const std::filesystem::path& directory) {
  std::set<std::string> damaged;
  for (const std::string& table :
       tables_of(connection, "database, name FROM system.tables WHERE engine LIKE '%MergeTree'")) {
    if (!is_whole(connection, table)) damaged.insert(table);
  }
  // A part that cannot even be loaded is set aside, and a check of its table passes over it. All tables are
  // loaded by now, because they were checked. A merged part is no loss while the parts that it was made of
  // are there: the engine has loaded them instead, and they begin and end with the same blocks.
  damaged.merge(
      tables_of(connection,
                "database, table FROM system.detached_parts WHERE startsWith(reason, 'broken') "
                "AND ((database, table, partition_id, min_block_number) NOT IN "
                "(SELECT database, table, partition_id, min_block_number FROM system.parts WHERE active) "
                "OR (database, table, partition_id, max_block_number) NOT IN "
                "(SELECT database, table, partition_id, max_block_number FROM system.parts WHERE active))"));
  if (damaged.empty()) return;
  throw std::runtime_error(fmt::format(
      "a write to the disk had failed, and the disk does not have everything of {}: acknowledged "
      "events may be lost; restore the tenants of these tables from a backup, then remove {} (if the "
      "failure was a write that no file had room for, the journal still has the events: removing "
      "that file is enough)",
      fmt::join(damaged, ", "), marker_in(directory).string()));
}

void forget_failed_sync(const std::filesystem::path& directory) {
  std::filesystem::remove(marker_in(directory));
}

}  // namespace annals::engine
