#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/import/batches.h"

namespace annals::cli {

/// What an import has done.
struct ImportCounts {
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
};

/// What an import reads and where it sends it. An import goes on only where all of this is as it was.
struct ImportIdentity {
  std::uint64_t size = 0;    // of the file
  std::int64_t changed = 0;  // when, in nanoseconds
  std::string url;
  std::string client_id;

  bool operator==(const ImportIdentity&) const = default;
};

/// How far an import has come; kept beside the file, so that the next one goes on from there.
struct ImportPlace {
  ImportIdentity identity = {};
  FilePlace done = {};
  ImportCounts counts = {};
  std::uint64_t rejected_bytes = 0;  // of the file of rejected lines

  [[nodiscard]] std::string text() const;
  /// Nothing when the text is no such place, as after a crash of the machine.
  static std::optional<ImportPlace> parse(std::string_view text);
};

}  // namespace annals::cli
