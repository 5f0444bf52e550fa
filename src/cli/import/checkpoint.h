#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/import/batches.h"

namespace annals::cli {

/// Counts the lines of an import by their outcome.
struct ImportCounts {
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;  // duplicates with other content than the stored event of their id
  std::uint64_t rejected = 0;

  [[nodiscard]] bool any() const { return accepted + duplicates + rejected > 0; }
};

/// Identifies the source file and the destination of an import, which resumes only if both are unchanged.
struct ImportIdentity {
  std::uint64_t size = 0;    // of the file
  std::int64_t changed = 0;  // time of the last change, in nanoseconds since 1970
  std::string url;
  std::string client_id;

  bool operator==(const ImportIdentity&) const = default;
};

/// Records how far an import has got. It is stored beside the file, so that the next run resumes there.
struct ImportCheckpoint {
  ImportIdentity identity = {};
  FilePosition done = {};
  ImportCounts counts = {};
  std::uint64_t rejected_bytes = 0;  // of the file of rejected lines

  [[nodiscard]] std::string text() const;
  /// Returns nullopt if the text is not a checkpoint, as after a crash of the machine.
  static std::optional<ImportCheckpoint> parse(std::string_view text);
};

}  // namespace annals::cli
