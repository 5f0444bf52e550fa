#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/export/lines.h"
#include "cli/terminal/progress.h"
#include "io/durable_file.h"

namespace annals::cli {

/// Where an export goes: FILE.part until it is whole, then FILE; or standard output. What a part left by an
/// earlier run belongs to (client and query) is kept beside it, so that nothing is added to another export's.
/// Not safe for concurrent use.
class ExportTarget {
 public:
  struct Wish {
    std::string file;      // "-": standard output
    std::string format;    // ndjson, csv or parquet
    std::string identity;  // one line: whose events, and which
  };

  /// Takes up the part that an earlier run of the same export has left. Throws std::system_error.
  explicit ExportTarget(Wish wish);

  /// Whether what is missing can be asked for alone.
  [[nodiscard]] bool goes_on() const { return wish_.format == "ndjson"; }
  /// To be called before each attempt: forgets what cannot be gone on from. Returns the cursor to go on from,
  /// or nothing for the beginning. Throws std::runtime_error when neither is possible.
  std::optional<std::string> begin();
  /// Takes a part of the answer; false when it cannot be written.
  bool take(std::string_view part) noexcept;
  /// To be called when the answer is whole. Throws what take() could not do.
  void finish();

  [[nodiscard]] Amount done() const { return done_; }

 private:
  [[nodiscard]] bool to_output() const { return wish_.file == "-"; }
  void take_up_part();
  void write(std::string_view part);

  const Wish wish_;
  const std::filesystem::path part_;
  const std::filesystem::path identity_;
  io::GrowingFile file_;
  Amount done_ = {};
  LineKeeper lines_;
  CsvRows csv_;
  std::optional<std::string> cursor_;  // behind what an earlier run has left
  std::uint64_t rows_before_ = 0;
  std::exception_ptr failure_;
};

}  // namespace annals::cli
