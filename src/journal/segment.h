#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/descriptor.h"
#include "journal/record.h"

namespace annals::journal {

/// Writes a segment, one file of the journal: a header, records, and zeros up to its size. The zeros are
/// there from the beginning, so that a sync has no size to write and no block to find. Not thread-safe; every
/// call throws std::system_error.
class Segment {
 public:
  struct Header {
    SegmentKey key;
    std::uint64_t next;  // no row of an earlier segment has this number or a higher one
  };

  static constexpr std::size_t kHeaderSize = 64;

  /// Fills a file with zeros and syncs it: the raw material of a segment.
  static void prepare(const std::filesystem::path& path, std::size_t size);

  /// Makes a prepared file the segment of that header and gives it its name in the directory, durably.
  Segment(const std::filesystem::path& prepared, const std::filesystem::path& directory, Header header,
          bool fsync);

  [[nodiscard]] bool has_room(std::size_t bytes) const { return end_ + bytes <= size_; }
  /// Returns whether it holds no record.
  [[nodiscard]] bool is_empty() const;
  [[nodiscard]] bool is_half_full() const { return end_ > size_ / 2; }
  [[nodiscard]] const SegmentKey& key() const { return key_; }

  /// Writes records behind the last ones. After an exception it is as before.
  void write(std::string_view records);
  /// Returns once the records are on the disk.
  void sync();

 private:
  SegmentKey key_;
  io::Descriptor file_;
  std::filesystem::path path_;
  std::size_t size_;
  std::size_t end_;
};

/// Returns the name of a segment's file.
std::string segment_name(std::uint64_t number);

/// A SegmentContent is what a segment's file holds.
struct SegmentContent {
  Segment::Header header;
  std::vector<Record> records;
  std::size_t end;     // of the last record
  std::string damage;  // what is wrong behind `end`; empty: nothing
  bool is_torn;        // the damage is what a write leaves that was interrupted
};

/// Reads a segment, or returns nullopt if the file has no valid header. Throws std::system_error.
std::optional<SegmentContent> read_segment(const std::filesystem::path& path);

/// Cuts a segment off behind its last record, durably. Throws std::system_error.
void cut_segment(const std::filesystem::path& path, std::size_t end);

/// Writes what the system still holds of a file to the disk, and with `forget_cached` makes sure that it is
/// read from there next. Throws std::system_error, also if it cannot be because another process uses the
/// file.
void sync_segment(const std::filesystem::path& path, bool forget_cached);

/// Replaces a segment by one that holds only these records, so that a crash leaves one or the other. Throws
/// std::system_error.
void rewrite_segment(const std::filesystem::path& path, const Segment::Header& header,
                     const std::vector<const Record*>& records, bool fsync);

}  // namespace annals::journal
