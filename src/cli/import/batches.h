#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "cli/import/bad_line.h"
#include "envelopes/line_cutter.h"

namespace annals::cli {

/// How much of a file is done: where the next line begins, and how many lines come before it.
struct FilePlace {
  std::uint64_t offset = 0;
  std::int64_t lines = 0;
};

/// Some lines of the file, to be sent as one request.
struct ImportBatch {
  std::string body = {};                 // NDJSON; every line has an event_id
  std::vector<std::int64_t> lines = {};  // of each line of the body its number in the file, from 1
  std::vector<BadLine> bad = {};         // lines in between that are no events
  FilePlace end = {};                    // where the file goes on after this
};

/// Reads a file of events in batches. Each line is decoded as the service would do it, so that a bad one is
/// found before it, or anything after it, is sent: whoever corrects a line, or takes it out, moves no line
/// that is in already. Not safe for concurrent use.
class ImportBatches {
 public:
  struct Settings {
    std::size_t max_rows = 10'000;
    std::size_t max_bytes = std::size_t{4} << 20U;
    bool skip_bad = false;
  };

  /// Reads from `descriptor`, which stands at `start`. It must outlive this.
  ImportBatches(int descriptor, FilePlace start, Settings settings);

  /// Nothing at the end of the file. Unless bad lines are skipped it throws ImportStopped at the first one,
  /// after the lines before it. Throws std::system_error.
  std::optional<ImportBatch> next();

 private:
  bool read_more();
  void take(ImportBatch& batch, const envelopes::LineCutter::Line& line);

  int descriptor_;
  FilePlace start_;
  Settings settings_;
  envelopes::LineCutter cutter_;
  std::deque<envelopes::LineCutter::Line> waiting_;  // of chunk_
  std::string chunk_;
  bool at_end_ = false;
  std::optional<BadLine> stop_;
};

}  // namespace annals::cli
