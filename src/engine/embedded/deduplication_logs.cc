#include "engine/embedded/deduplication_logs.h"

#include <string>
#include <string_view>
#include <vector>

#include "io/durable_file.h"

namespace annals::engine {
namespace {

namespace fs = std::filesystem;

/// A file that says that the definitions have been looked at.
constexpr const char* kDone = "annals-without-deduplication-logs";

constexpr std::string_view kSetting = "non_replicated_deduplication_window = ";
constexpr std::string_view kDigits = "0123456789";

/// Sets the number behind the setting's name to 0. Returns whether that changed the text.
bool turn_off(std::string& definition) {
  const auto at = definition.find(kSetting);
  if (at == std::string::npos) return false;
  const auto number = at + kSetting.size();
  const auto end = definition.find_first_not_of(kDigits, number);
  if (definition.substr(number, end - number) == "0") return false;
  definition.replace(number, end - number, "0");
  return true;
}

/// Returns the files that define tables: store/<prefix>/<id of a database>/<table>.sql.
std::vector<fs::path> tables_of(const fs::path& directory) {
  std::vector<fs::path> tables;
  const fs::path store = directory / "store";
  if (!fs::exists(store)) return tables;
  constexpr int kDepth = 2;
  for (auto entry = fs::recursive_directory_iterator(store); entry != fs::end(entry); ++entry) {
    if (entry.depth() == kDepth) entry.disable_recursion_pending();
    if (entry.depth() == kDepth && entry->path().extension() == ".sql") tables.push_back(entry->path());
  }
  return tables;
}

}  // namespace

void remove_deduplication_logs(const fs::path& directory) {
  const fs::path done = directory / kDone;
  if (fs::exists(done)) return;
  for (const auto& table : tables_of(directory)) {
    auto definition = io::read_if_there(table).value_or("");
    if (turn_off(definition)) io::replace_durably(table, definition);
  }
  io::replace_durably(done, "");
}

}  // namespace annals::engine
