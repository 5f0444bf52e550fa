#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "support/machine/temporary_directory.h"

namespace annals::support {

/// A directory with databases and tables as ClickHouse keeps them, as far as their definitions go. The ids in
/// it are the names, repeated, so that each has a place of its own.
class DatabaseFiles {
 public:
  /// The definition of every table has it, and MaySleep of the tests looks for it.
  static constexpr std::string_view kComment = "COMMENT 'may sleep'";

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }

  /// Adds a database under the name that its file has.
  void add_database(const std::string& file_name) {
    write(directory() / "metadata" / (file_name + ".sql"),
          "ATTACH DATABASE _ UUID '" + id_of(file_name) + "'\n");
    std::filesystem::create_directories(tables_of(file_name));
  }

  /// Adds the database `default`, which has a link to its directory and no definition.
  void add_default_database() {
    std::filesystem::create_directories(tables_of("default"));
    std::filesystem::create_directory_symlink(tables_of("default"), directory() / "metadata" / "default");
  }

  /// Adds a table to a database and returns its definition.
  std::filesystem::path add_table(const std::string& database, const std::string& table,
                                  std::string_view comment = kComment) {
    const auto path = tables_of(database) / (table + ".sql");
    write(path, "ATTACH TABLE _ UUID '" + id_of(table) + "' (a UInt8) " + std::string(comment) + "\n");
    return path;
  }

  /// Adds a part that the engine has set aside to a table.
  void add_part_set_aside(const std::string& table, const std::string& part) {
    std::filesystem::create_directories(in_store(id_of(table)) / "detached" / part);
  }

  [[nodiscard]] std::filesystem::path tables_of(const std::string& database) const {
    return in_store(id_of(database));
  }

  [[nodiscard]] std::filesystem::path directory_of(const std::string& table) const {
    return in_store(id_of(table));
  }

 private:
  static std::string id_of(const std::string& name) {
    constexpr std::size_t kLength = 36;
    std::string id;
    while (id.size() < kLength) id += name;
    return id.substr(0, kLength);
  }
  [[nodiscard]] std::filesystem::path in_store(const std::string& id) const {
    return directory() / "store" / id.substr(0, 3) / id;
  }
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  TemporaryDirectory directory_;
};

}  // namespace annals::support
