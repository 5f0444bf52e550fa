#pragma once

#include <filesystem>

#include "cli/import/checkpoint.h"
#include "cli/import/delivery.h"
#include "io/durable_file.h"
#include "io/locked_file.h"

namespace annals::cli {

/// Counts the outcomes of an import and stores its checkpoint and its rejected lines. Not thread-safe.
class ImportRecord {
 public:
  struct Files {
    io::LockedFile* checkpoint = nullptr;  // must outlive this object; nullptr: none is kept
    std::filesystem::path rejected;        // the bad lines; created with the first
  };

  ImportRecord(ImportCheckpoint start, Files files);

  /// Records the outcome of a batch that ends at `end`. Call it once the service has taken everything up to
  /// there. Throws std::system_error.
  void acknowledge(const FilePosition& end, const BatchOutcome& outcome);
  /// Removes the checkpoint. Call it once everything is imported. Throws std::system_error.
  void finish();

  [[nodiscard]] const ImportCounts& counts() const { return checkpoint_.counts; }

 private:
  ImportCheckpoint checkpoint_;
  const Files files_;
  io::GrowingFile rejected_;
};

}  // namespace annals::cli
