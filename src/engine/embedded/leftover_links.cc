#include "engine/embedded/leftover_links.h"

#include <vector>

namespace annals::engine {
namespace {

namespace fs = std::filesystem;

std::vector<fs::directory_entry> entries_of(const fs::path& directory) {
  if (!fs::is_directory(directory)) return {};
  const fs::directory_iterator entries(directory);
  return {fs::begin(entries), fs::end(entries)};
}

}  // namespace

void remove_leftover_links(const fs::path& directory) {
  for (const auto& database : entries_of(directory / "data")) {
    if (!database.is_directory() || database.is_symlink()) continue;
    const bool is_known = fs::exists(directory / "metadata" / (database.path().filename().string() + ".sql"));
    for (const auto& link : entries_of(database)) {
      // The engine makes the links of what it loads anew.
      if (link.is_symlink() && (!is_known || !link.exists())) fs::remove(link);
    }
    if (!is_known && fs::is_empty(database)) fs::remove(database);
  }
}

}  // namespace annals::engine
