#pragma once

#include <filesystem>
#include <mutex>
#include <utility>
#include <vector>

namespace annals::engine {

/// Removes empty files for which the engine would refuse to start. The engine takes a write that failed for
/// done: a CREATE on a full disk leaves an empty definition, and an ALTER … DELETE an empty mutation; neither
/// was acknowledged. Used before a start. Thread-safe. Every call throws std::system_error.
class EmptyFiles {
 public:
  /// `directory` is the engine's, which is not open.
  explicit EmptyFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Finds out whether a definition is empty.
  void look_at(const std::filesystem::path& definition);

  /// Finds the empty definitions in a database's directory, and removes the empty mutations of its tables
  /// that the start will load.
  void look_in(const std::filesystem::path& tables);

  /// Removes the empty definitions that were found, unless there is data that no definition names: then one
  /// of the empty ones may be what an ALTER has left of a table. They are logged, and the engine refuses to
  /// start.
  void remove();

 private:
  /// Returns whether some table in store/ has parts and no definition.
  [[nodiscard]] bool has_data_without_definition() const;

  const std::filesystem::path directory_;
  std::mutex mutex_;  // guards what follows
  std::vector<std::filesystem::path> definitions_;
};

/// Removes the mutations of a table that are empty: the engine refuses to load a table that has one.
/// `directory` is the engine's. Throws std::system_error.
void remove_empty_mutations(const std::filesystem::path& directory, const std::filesystem::path& definition);

}  // namespace annals::engine
