#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "ids/id.h"
#include "journal/record.h"
#include "journal/segment.h"

namespace annals::journal {

/// Knows how much of each segment is still needed, and whose records it holds. Not thread-safe.
class SegmentFiles {
 public:
  /// Begins the segment of that header. Those before it are sealed: nothing more is written to them.
  void begin(const Segment::Header& header);
  /// Takes note of a record that lies in the segment and is not in its table.
  void add(std::uint64_t number, const Record& record);
  /// Takes note of a record that lies in the segment and is not needed.
  void add_unneeded(std::uint64_t number, const Record& record);
  /// Takes note that a record of the segment is in its table, or not needed any more.
  void moved(std::uint64_t number, const Record& record);

  /// Returns the sealed segments of which every record was moved.
  [[nodiscard]] std::vector<std::uint64_t> emptied() const;
  /// Returns some older segments of which little is needed: a tenant whose table refuses its events must not
  /// keep everybody else's on the disk.
  [[nodiscard]] std::vector<std::uint64_t> sparse() const;
  /// Returns the segments that hold records of the tenant, moved ones included.
  [[nodiscard]] std::vector<std::uint64_t> holding(const ClientId& owner) const;
  /// Returns whose records the last segment holds, moved ones included.
  [[nodiscard]] const std::set<ClientId>& owners_in_last() const { return files_.at(last_).owners; }
  /// Returns the segment that is being written.
  [[nodiscard]] std::uint64_t last() const { return last_; }
  [[nodiscard]] const Segment::Header& header_of(std::uint64_t number) const {
    return files_.at(number).header;
  }

  /// Takes note that the segment now holds only these records.
  void rewritten(std::uint64_t number, const std::vector<const Record*>& records);
  void remove(std::uint64_t number) { files_.erase(number); }

 private:
  struct File {
    Segment::Header header{};
    std::size_t unmoved = 0;  // records that are not in their tables
    std::size_t unmoved_bytes = 0;
    std::size_t bytes = 0;  // of all records that were needed once
    std::set<ClientId> owners;
  };

  std::map<std::uint64_t, File> files_;
  std::uint64_t last_ = 0;
};

}  // namespace annals::journal
