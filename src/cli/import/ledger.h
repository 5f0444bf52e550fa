#pragma once

#include <filesystem>

#include "cli/import/delivery.h"
#include "cli/import/place.h"
#include "io/durable_file.h"

namespace annals::cli {

/// Keeps account of an import, and on the disk how far it is. Not safe for concurrent use.
class ImportLedger {
 public:
  struct Files {
    std::filesystem::path place;     // how far it is; empty: not kept
    std::filesystem::path rejected;  // the bad lines, made with the first
  };

  ImportLedger(ImportPlace start, Files files);

  /// To be called when the service has taken everything up to there. Throws std::system_error.
  void acknowledge(const FilePlace& end, const BatchOutcome& outcome);
  /// To be called when all is in: the place is of no use any more.
  void finish();

  [[nodiscard]] const ImportCounts& counts() const { return place_.counts; }

 private:
  ImportPlace place_;
  const Files files_;
  io::GrowingFile rejected_;
};

}  // namespace annals::cli
