#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "cli/import/bad_line.h"
#include "cli/import/sources/bytes.h"
#include "envelopes/line_cutter.h"

namespace annals::cli {

/// A position between two lines of a file: the offset of the next line, and the number of lines before it.
struct FilePosition {
  std::uint64_t offset = 0;
  std::int64_t lines = 0;
};

/// Some lines of the file, to be sent as one request.
struct ImportBatch {
  std::string body = {};                 // NDJSON; every line has an event_id
  std::vector<std::int64_t> lines = {};  // the number in the file of each line of the body, from 1
  std::vector<BadLine> bad = {};         // lines in between that are not events
  FilePosition end = {};                 // the position after the batch
};

/// Reads a file of events in batches. Each line is decoded as the service would decode it, so that a bad line
/// is found before it or any later line is sent: correcting or removing it then changes the number of no line
/// that is already imported. A byte order mark before a line is left out. Not thread-safe.
class ImportBatches {
 public:
  struct Settings {
    std::size_t max_rows = 10'000;
    std::size_t max_bytes = std::size_t{4} << 20U;
    bool skip_bad = false;
  };

  /// Reads `bytes`, which must be positioned at `start` and must outlive this object.
  ImportBatches(Bytes& bytes, FilePosition start, Settings settings);

  /// Returns the next batch, or nullopt at EOF. Unless bad lines are skipped, throws ImportStopped at the
  /// first one, once it has returned the lines before it. Throws as Bytes::read() does.
  std::optional<ImportBatch> next();

 private:
  std::optional<envelopes::LineCutter::Line> next_line();
  bool read_more();
  void take(ImportBatch& batch, envelopes::LineCutter::Line line);

  Bytes& bytes_;
  FilePosition start_;
  Settings settings_;
  envelopes::LineCutter cutter_;
  std::deque<envelopes::LineCutter::Line> waiting_;  // their texts are in chunk_ or cutter_
  std::string chunk_;
  bool at_end_ = false;    // of the file
  bool finished_ = false;  // the last line is in waiting_ or was there
  bool taken_any_;         // a line before this one was taken
  std::optional<BadLine> stop_;
};

}  // namespace annals::cli
