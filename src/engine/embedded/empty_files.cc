#include "engine/embedded/empty_files.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "engine/embedded/definitions.h"
#include "io/durable_file.h"
#include "ops/log.h"

namespace annals::engine {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> entries_of(const fs::path& directory) {
  if (!fs::exists(directory)) return {};
  return {fs::directory_iterator(directory), fs::directory_iterator()};
}

bool is_definition(const fs::path& file) {
  const auto name = file.filename().string();
  return name.ends_with(kDefinition) || name.ends_with(kSaved);
}

void remove_empty(const fs::path& file) {
  ops::log(ops::Level::warning,
           "an empty file of the engine was removed: the disk was full when it was written",
           {{"file", file.string()}});
  fs::remove(file);
}

/// Adds the directories of everything that the definitions in a directory define.
void add_defined(std::set<fs::path>& defined, const fs::path& directory, const fs::path& definitions) {
  for (const auto& file : entries_of(definitions)) {
    if (!is_definition(file)) continue;
    if (auto place = directory_in_store(directory, io::read_if_there(file).value_or(""))) {
      defined.insert(*std::move(place));
    }
  }
}

bool has_parts(const fs::path& table) {
  return std::ranges::any_of(entries_of(table), [](const fs::path& entry) {
    return entry.filename().string().starts_with("all_") && fs::is_directory(entry);
  });
}

}  // namespace

void EmptyFiles::look_at(const fs::path& definition) {
  if (fs::file_size(definition) > 0) return;
  const std::scoped_lock lock(mutex_);
  definitions_.push_back(definition);
}

void EmptyFiles::look_in(const fs::path& tables) {
  for (const auto& file : entries_of(tables)) {
    if (file.extension() != kDefinition) continue;
    look_at(file);
    remove_empty_mutations(directory_, file);
  }
}

void EmptyFiles::remove() {
  const std::scoped_lock lock(mutex_);
  if (definitions_.empty()) return;
  if (has_data_without_definition()) {
    for (const auto& file : definitions_) {
      ops::log(ops::Level::error,
               "a definition is empty, and there is data that no definition names, perhaps its own: restore "
               "the file or the backup before the next start",
               {{"file", file.string()}});
    }
    return;
  }
  for (const auto& file : definitions_) remove_empty(file);
}

bool EmptyFiles::has_data_without_definition() const {
  std::set<fs::path> databases;
  add_defined(databases, directory_, directory_ / "metadata");
  // The database `default` has no definition, only a link to its directory.
  std::ranges::copy_if(entries_of(directory_ / "metadata"), std::inserter(databases, databases.end()),
                       [](const fs::path& entry) { return fs::is_directory(entry); });
  std::set<fs::path> tables;
  for (const auto& database : databases) add_defined(tables, directory_, database);
  add_defined(tables, directory_, directory_ / "metadata_dropped");

  for (const auto& group : entries_of(directory_ / "store")) {
    const auto places = entries_of(group);
    const bool found = std::ranges::any_of(
        places, [&](const fs::path& place) { return !tables.contains(place) && has_parts(place); });
    if (found) return true;
  }
  return false;
}

void remove_empty_mutations(const fs::path& directory, const fs::path& definition) {
  const auto table = directory_in_store(directory, io::read_if_there(definition).value_or(""));
  if (!table) return;
  for (const auto& file : entries_of(*table)) {
    if (file.filename().string().starts_with("mutation_") && fs::file_size(file) == 0) remove_empty(file);
  }
}

}  // namespace annals::engine
