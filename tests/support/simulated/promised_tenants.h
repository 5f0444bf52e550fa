#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "ids/id.h"
#include "support/simulated/simulated_catalog.h"

namespace annals::support {

/// The tenants that were announced to their owners, and what must hold of them whatever happens to the
/// statements of `tenants`. One database and its file belong to nobody of Annals. Not safe for concurrent
/// use.
class PromisedTenants {
 public:
  struct Tenant {
    ClientId id;
    std::string database;
    std::string label;
    int files = 0;
    int events = 0;
    int deletions = 0;  // that are under way
    int lives = 1;      // how often it was made, or was begun to be restored
    bool deletion_begun = false;
    bool gone = false;  // a deletion was answered
  };
  /// A file under `<database>/`, with the tenant whose it is.
  struct File {
    std::string database;
    std::string owner;
    int number;
  };

  explicit PromisedTenants(SimulatedCatalog& catalog) : catalog_(catalog) {
    catalog_.databases[kForeign] = {.comment = "not of Annals", .tables = {{"t", 1}}};
    files.push_back({.database = kForeign, .owner = "nobody", .number = 0});
  }

  /// Takes note of a tenant that was announced. Its owner writes an event and a file at once, as far as its
  /// database takes them.
  void announce(ClientId id, const std::string& name, const std::string& label) {
    tenants.push_back({.id = id, .database = name, .label = label});
    use(tenants.back());
  }

  /// Puts an event and a file of a tenant that is being restored into its database, as far as that takes
  /// them. Returns what announce_again() needs.
  Tenant fill(Tenant tenant) {
    tenant.files = tenant.events = 0;
    use(tenant);
    return tenant;
  }

  /// Takes note that a tenant is there again, with what fill() has put.
  void announce_again(std::size_t which, const Tenant& filled) {
    Tenant& tenant = tenants[which];
    tenant.events = filled.events;
    tenant.files = filled.files;
    tenant.deletion_begun = tenant.deletions > 0;
    tenant.gone = false;
  }

  /// Returns what is there of a tenant, "" if nothing is.
  [[nodiscard]] std::string left_of(const Tenant& tenant) const {
    for (const auto& [name, database] : catalog_.databases) {
      if (database.comment.contains(tenant.id.text()))
        return "the database of a tenant that is gone is there";
    }
    for (const File& file : files) {
      if (file.owner == tenant.id.text()) return "a file of a tenant that is gone is there";
    }
    return "";
  }

  /// Returns what is wrong once everything that was interrupted is over, "" if nothing is.
  [[nodiscard]] std::string fault() const {
    for (const Tenant& tenant : tenants) {
      const std::string fault = tenant.gone ? left_of(tenant) : missing_of(tenant);
      if (!fault.empty()) return fault;
    }
    const auto rows = catalog_.final_rows();
    std::set<std::string> names;
    std::set<std::string> labels;
    for (const auto& row : rows) {
      if (row.state != 2) return "a tenant is left half-done";
      if (!names.insert(row.database).second) return "two tenants have one name";
      if (!labels.insert(row.label).second) return "two tenants have one label";
    }
    if (names.size() + 1 != catalog_.databases.size())
      return "there are more or fewer databases than tenants";
    if (!catalog_.databases.contains(kForeign)) return "a database of somebody else was dropped";
    const auto is_foreign = [](const File& file) { return file.database == kForeign; };
    return std::ranges::count_if(files, is_foreign) == 1 ? "" : "a file of somebody else was removed";
  }

  static constexpr const char* kForeign = "legacy";
  std::vector<Tenant> tenants = {};
  std::vector<File> files = {};

 private:
  void use(Tenant& tenant) {
    const auto database = catalog_.databases.find(tenant.database);
    if (database == catalog_.databases.end()) return;
    const auto table = database->second.tables.find(table_of(tenant));
    if (table == database->second.tables.end()) return;
    ++table->second;
    ++tenant.events;
    files.push_back({.database = tenant.database, .owner = tenant.id.text(), .number = ++last_file_});
    ++tenant.files;
  }

  static std::string table_of(const Tenant& tenant) {
    std::string id = tenant.id.text();
    std::erase(id, '-');
    return "events_" + id;
  }

  /// A tenant of which no 204 was given is whole, or its deletion has begun and is over by now.
  [[nodiscard]] std::string missing_of(const Tenant& tenant) const {
    const auto rows = catalog_.final_rows();
    const auto row = std::ranges::find(rows, tenant.id.text(), &SimulatedCatalog::Row::id);
    if (row == rows.end()) {
      return tenant.deletion_begun ? left_of(tenant) : "an announced tenant is not in the registry";
    }
    const auto database = catalog_.databases.find(tenant.database);
    if (database == catalog_.databases.end()) return "a tenant has no database";
    if (!database->second.comment.contains(tenant.id.text())) return "a tenant's database is another's";
    const auto table = database->second.tables.find(table_of(tenant));
    if (table == database->second.tables.end()) return "a tenant has no table";
    if (table->second != tenant.events) return "a tenant has lost events";
    const auto is_own = [&](const File& file) { return file.owner == tenant.id.text(); };
    return std::ranges::count_if(files, is_own) == tenant.files ? "" : "a tenant has lost files";
  }

  SimulatedCatalog& catalog_;
  int last_file_ = 0;
};

}  // namespace annals::support
