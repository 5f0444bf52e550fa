#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>

#include "ids/uuid.h"
#include "io/blocking_pool.h"
#include "journal/segment.h"

namespace annals::journal {

/// Appends to the journal's last segment, and begins the next one when there is no room, from a file that was
/// prepared meanwhile if there is one. One thread at a time may call it; what it posts runs on another.
class ActiveSegment {
 public:
  struct Settings {
    std::filesystem::path directory;
    bool fsync = true;
    std::size_t segment_bytes = 0;
    /// The room on the disk below which no file is begun for records.
    std::uint64_t min_free_bytes = 0;
  };

  /// Begins nothing yet: call begin() first. `next_segment` is the number of the first segment that it makes.
  ActiveSegment(Settings settings, const Uuid& journal, std::uint64_t next_segment);

  [[nodiscard]] const SegmentKey& key() const { return active_->key(); }
  [[nodiscard]] bool has_room(std::size_t bytes) const { return active_->has_room(bytes); }

  /// Begins a segment that has room for so many bytes and in which `next` is the first number of a row.
  /// Throws Error(engine_unavailable) if there is no room on the disk, and std::system_error if the disk
  /// fails; then the active segment stays.
  Segment::Header begin(std::size_t bytes, std::uint64_t next);

  /// Appends records and, with fsync, returns once they are on the disk. Throws std::system_error.
  void append(std::string_view records);

  /// Lets the keeper make the raw material of the next segment, if it is time. This object must outlive the
  /// keeper.
  void prepare_next(io::SideThreads& keeper);

 private:
  enum class Spare : std::uint8_t { none, being_made, ready };

  [[nodiscard]] std::filesystem::path spare() const;
  bool take_spare();
  bool must_make_spare();
  bool make_spare();
  [[nodiscard]] std::filesystem::path make_file(std::size_t size, bool for_records) const;
  void check_room(std::size_t size) const;

  const Settings settings_;
  const Uuid journal_;
  std::uint64_t next_segment_;
  std::unique_ptr<Segment> active_;
  std::mutex mutex_;  // guards what follows
  Spare spare_ = Spare::none;
};

}  // namespace annals::journal
