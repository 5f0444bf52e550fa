#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ids/database_name.h"

// Where ClickHouse keeps the definitions of tables: metadata/<database>.sql names the database's directory in
// store/, which holds <table>.sql for each table. A start passes over a table that is called <table>.sql.bak,
// without reading it. <table>.sql.detached beside the definition says that the table was put to sleep while
// the engine ran (DETACH TABLE … PERMANENTLY); a start would pass over it too, but only after it has read the
// definition, which takes most of its time.

namespace annals::engine {

/// A table that is not loaded.
struct SleepingTable {
  std::string name;
  std::filesystem::path saved;  // its definition, if the engine has not seen it since its start; else empty
};

/// Returns the tables of a database that sleep. None if there is no such database. `directory` is the
/// engine's. Throws std::system_error.
std::vector<SleepingTable> sleeping_tables_of(const std::filesystem::path& directory,
                                              const DatabaseName& database);

/// Returns the statement that loads the table with that saved definition. Throws std::runtime_error if it is
/// no definition.
std::string attach_statement(const std::string& quoted_table, const std::filesystem::path& saved);

/// Gives a saved definition its name back, in place of one that is there already. Throws std::system_error.
void restore_definition(const std::filesystem::path& saved);

/// Decides by a table's definition, its CREATE statement, whether the table may sleep.
using MaySleep = std::function<bool(std::string_view definition)>;

/// Returns the names of the tables of a database that are awake and may sleep. A table with parts that were
/// set aside as broken may not, because the engine reports them of loaded tables only. Throws
/// std::system_error.
std::vector<std::string> tables_that_may_sleep(const std::filesystem::path& directory,
                                               const DatabaseName& database, const MaySleep& may_sleep);

/// Puts all tables to sleep that may, so that they are not loaded at the start that follows. `directory` is
/// the engine's, which is not open. A crash leaves some awake, which is harmless. If a table was waking in a
/// crash, its saved definition counts. Removes empty definitions and mutations of those that stay awake.
/// Throws std::system_error.
void put_tables_to_sleep(const std::filesystem::path& directory, const MaySleep& may_sleep);

/// Lets every table be loaded at the start that follows, and removes empty definitions and mutations.
/// `directory` is the engine's, which is not open. Throws std::system_error.
void wake_all_tables(const std::filesystem::path& directory);

}  // namespace annals::engine
