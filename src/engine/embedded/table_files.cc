#include "engine/embedded/table_files.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "engine/embedded/definitions.h"
#include "engine/embedded/empty_files.h"
#include "io/durable_file.h"

namespace annals::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kVisitors = 16;  // threads
constexpr std::string_view kDetached = ".sql.detached";

/// Returns the name without that end, or nullopt if it has another.
std::optional<std::string> without_end(const fs::path& path, std::string_view end) {
  std::string name = path.filename().string();
  if (!name.ends_with(end)) return std::nullopt;
  name.resize(name.size() - end.size());
  return name;
}

/// Returns the name of a database as names of files have it: ClickHouse writes each odd byte as %XX.
std::string file_name_of(const DatabaseName& database) {
  std::string name;
  for (const char c : database.text()) {
    if (c == '-') {
      name += "%2D";
    } else {
      name += c;
    }
  }
  return name;
}

/// Returns the directory of the database that a file of metadata/ defines, or nullopt if it has none.
std::optional<fs::path> tables_of(const fs::path& directory, const fs::path& definition) {
  auto tables = directory_in_store(directory, io::read_if_there(definition).value_or(""));
  if (tables && !fs::exists(*tables)) tables.reset();
  return tables;
}

std::optional<fs::path> tables_of(const fs::path& directory, const DatabaseName& database) {
  return tables_of(directory, directory / "metadata" / (file_name_of(database) + std::string(kDefinition)));
}

/// Looks at the tables of the database `default`, which has a link to its directory and no definition. They
/// never sleep.
void look_in_default(const fs::path& directory, EmptyFiles& empty) {
  const fs::path tables = directory / "metadata" / "default";
  if (fs::exists(tables)) empty.look_in(tables);
}

/// Calls `visit` with the directory of every database, on several threads at once: each visit waits for the
/// file system most of its time, and a start waits for all of them. Shows `empty` the definitions of no
/// directory.
template <class Visit>
void for_each_database(const fs::path& directory, EmptyFiles& empty, const Visit& visit) {
  const fs::path metadata = directory / "metadata";
  if (!fs::exists(metadata)) return;
  std::vector<fs::path> definitions;
  for (const auto& entry : fs::directory_iterator(metadata)) {
    if (entry.path().extension() == kDefinition) definitions.push_back(entry.path());
  }
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < definitions.size(); i = next++) {
      if (const auto tables = tables_of(directory, definitions[i])) {
        visit(*tables);
      } else {
        empty.look_at(definitions[i]);
      }
    }
  };
  std::vector<std::future<void>> workers;
  workers.reserve(kVisitors);
  for (std::size_t i = 0; i < kVisitors; ++i) workers.push_back(std::async(std::launch::async, work));
  for (std::future<void>& worker : workers) worker.get();
}

bool has_broken_parts(const fs::path& directory, std::string_view definition) {
  const auto table = directory_in_store(directory, definition);
  if (!table || !fs::exists(*table / "detached")) return false;
  const fs::directory_iterator parts(*table / "detached");
  return std::ranges::any_of(parts, [](const fs::directory_entry& part) {
    return part.path().filename().string().starts_with("broken");
  });
}

/// Calls `visit` with every saved definition in a database's directory.
template <class Visit>
void for_each_saved(const fs::path& tables, const Visit& visit) {
  for (const auto& entry : fs::directory_iterator(tables)) {
    if (without_end(entry.path(), kSaved)) visit(entry.path());
  }
}

void finish_waking(const fs::path& tables) {
  for_each_saved(tables, [](const fs::path& saved) {
    if (fs::exists(fs::path(saved).replace_extension())) restore_definition(saved);
  });
}

/// Returns the definitions of those tables in a database's directory that are awake and may sleep.
std::vector<fs::path> definitions_that_may_sleep(const fs::path& directory, const fs::path& tables,
                                                 const MaySleep& may_sleep) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(tables)) {
    if (entry.path().extension() != kDefinition) continue;
    const auto definition = io::read_if_there(entry.path()).value_or("");
    if (may_sleep(definition) && !has_broken_parts(directory, definition)) found.push_back(entry.path());
  }
  return found;
}

}  // namespace

std::vector<SleepingTable> sleeping_tables_of(const fs::path& directory, const DatabaseName& database) {
  const auto tables = tables_of(directory, database);
  std::vector<SleepingTable> found;
  if (!tables) return found;
  for (const auto& entry : fs::directory_iterator(*tables)) {
    if (auto name = without_end(entry.path(), kDetached))
      found.push_back({.name = *std::move(name), .saved = {}});
    if (auto name = without_end(entry.path(), kSaved)) {
      found.push_back({.name = *std::move(name), .saved = entry.path()});
    }
  }
  return found;
}

std::string attach_statement(const std::string& quoted_table, const fs::path& saved) {
  constexpr std::string_view kBeginning = "ATTACH TABLE _ ";
  const auto definition = io::read_if_there(saved).value_or("");
  if (!definition.starts_with(kBeginning)) throw std::runtime_error(saved.string() + " defines no table");
  return "ATTACH TABLE IF NOT EXISTS " + quoted_table + " " + definition.substr(kBeginning.size());
}

void restore_definition(const fs::path& saved) {
  fs::rename(saved, fs::path(saved).replace_extension());
}

std::vector<std::string> tables_that_may_sleep(const fs::path& directory, const DatabaseName& database,
                                               const MaySleep& may_sleep) {
  const auto tables = tables_of(directory, database);
  std::vector<std::string> names;
  if (!tables) return names;
  for (const auto& definition : definitions_that_may_sleep(directory, *tables, may_sleep)) {
    names.push_back(definition.stem().string());
  }
  return names;
}

void put_tables_to_sleep(const fs::path& directory, const MaySleep& may_sleep) {
  EmptyFiles empty(directory);
  look_in_default(directory, empty);
  for_each_database(directory, empty, [&](const fs::path& tables) {
    finish_waking(tables);
    for (const auto& definition : definitions_that_may_sleep(directory, tables, may_sleep)) {
      fs::remove(fs::path(definition).replace_extension(kDetached));
      fs::rename(definition, fs::path(definition).replace_extension(kSaved));
    }
    empty.look_in(tables);
  });
  empty.remove();
}

void wake_all_tables(const fs::path& directory) {
  EmptyFiles empty(directory);
  look_in_default(directory, empty);
  for_each_database(directory, empty, [&](const fs::path& tables) {
    for (const auto& entry : fs::directory_iterator(tables)) {
      if (without_end(entry.path(), kDetached)) fs::remove(entry.path());
    }
    for_each_saved(tables, restore_definition);
    empty.look_in(tables);
  });
  empty.remove();
}

}  // namespace annals::engine
