#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "journal/segment.h"

namespace annals::journal {

/// A Start is what is found in the directory of a journal.
struct Start {
  Uuid id{};
  bool is_new = false;            // there was no journal before
  std::uint64_t next_number = 1;  // of a row: above all that were given
  std::uint64_t next_segment = 1;
  std::vector<SegmentContent> segments;  // in their order
};

/// Reads the segments in `directory`, which is made if it is not there, and makes sure that what was read is
/// on the disk. A write that was interrupted at the end is cut off; it was never acknowledged. Throws
/// std::runtime_error that says what is damaged or missing, and what to do: a file with other damage, one of
/// another journal, or a directory that is not the one that the file `witness` names.
Start read_journal(const std::filesystem::path& directory, const std::filesystem::path& witness, bool fsync);

/// Names the journal in the witness, durably. Throws std::system_error.
void write_witness(const std::filesystem::path& witness, const Uuid& id);

/// Leaves a mark that a write or a sync has failed: the system then takes pages for written that are not, so
/// the next start drops them before it reads. It throws nothing: the caller reports the failure itself.
void note_failed_write(const std::filesystem::path& directory) noexcept;

}  // namespace annals::journal
