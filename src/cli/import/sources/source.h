#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cli/import/sources/bytes.h"

namespace annals::cli {

/// A file of events, read as lines of JSON whatever it is: NDJSON or CSV, and either of them packed with gzip
/// or zstd, or Parquet. What it is is told by its beginning, not by its name. Not thread-safe.
class Source final : public Bytes {
 public:
  /// Looks at the beginning of a file. `descriptor` must be at the beginning and outlive this object. Throws
  /// ForeignFile if the file is of no such kind, BrokenFile if it is damaged there, and std::system_error.
  explicit Source(int descriptor);
  ~Source() override;

  /// Returns whether the bytes are those of the file.
  [[nodiscard]] bool is_plain() const { return is_plain_; }

  /// Passes over that many bytes, which an earlier run has read. Throws as read() does.
  void skip(std::uint64_t size);

  std::size_t read(char* to, std::size_t size) override;

 private:
  /// Puts a further reader on top of the others, which outlive it.
  PeekedBytes& add(std::unique_ptr<Bytes> bytes);

  std::vector<std::unique_ptr<Bytes>> readers_;  // each reads the one before it
  Bytes* top_ = nullptr;
  bool is_plain_ = true;
};

}  // namespace annals::cli
