#pragma once

#include <filesystem>
#include <optional>

#include "cli/import/checkpoint.h"
#include "cli/import/import.h"
#include "io/locked_file.h"

namespace annals::cli {

/// The files that an import writes. Nothing is written into a file that is there already and is neither of
/// these two, whoever has named it.
struct KeptFiles {
  std::filesystem::path checkpoint;  // empty: none is kept
  std::filesystem::path rejected;
  bool is_named = false;  // by the user, with --state

  /// Only what is `seekable` is resumed.
  static KeptFiles of(const ImportOptions& options, bool seekable);

  /// Returns the checkpoint of an earlier run, if there is one: one of no file if it cannot be read, as after
  /// a crash of the machine. Throws Mistake if the user has named a file that holds something else, and
  /// std::system_error if the system does not let it be read.
  [[nodiscard]] std::optional<ImportCheckpoint> read_checkpoint() const;
};

/// Opens a file that the import of `input` writes, before anything is sent: an import that found out later
/// would fail after its first request, each time. Returns nullopt if `file` is empty. Throws Mistake if it
/// cannot be written, and std::runtime_error if another import has it open.
std::optional<io::LockedFile> open_to_write(const std::filesystem::path& file, const std::string& input);

/// Opens the file of rejected lines as open_to_write() does. Throws Mistake also if it holds something else.
std::optional<io::LockedFile> open_rejected(const std::filesystem::path& file, const std::string& input);

}  // namespace annals::cli
