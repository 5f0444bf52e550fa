#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ids/id.h"

namespace annals::journal {

/// Rows of one tenant that were appended together. They become visible together and are moved together.
struct Record {
  ClientId owner;
  std::uint64_t first;  // the number of its first row; the other rows have the numbers that follow
  std::uint32_t rows;
  std::string bytes;  // the rows in RowBinary, each beginning with its number
};

/// Encoded rows, each beginning with eight bytes for its number, which the journal gives.
struct NumberedRows {
  std::string bytes;
  std::vector<std::uint32_t> starts;  // where each row begins

  /// Writes the numbers from `first` on into the rows.
  void number_from(std::uint64_t first);
};

/// The file that a record lies in. A record is valid only in its own file, so that what is left of an older
/// file in reused blocks of the disk is never taken for a record.
struct SegmentKey {
  Uuid journal;  // of all files of one data directory
  std::uint64_t number;
};

/// The bytes before the rows of a record: CRC-32 of all that follows and of the key, length of the rows,
/// number of the first row, owner, number of rows, bytes from the beginning of the commit.
inline constexpr std::size_t kRecordHeader = 40;

/// Appends the record as it lies in the file. The records that are written and synced together are a commit;
/// `in_commit` is how far behind the beginning of its commit the record begins.
void append_record(std::string& text, const Record& record, const SegmentKey& key, std::uint32_t in_commit);

/// Reads the record that begins at `at` and moves `at` behind it. Returns nullopt, and leaves `at`, if no
/// valid record begins there.
std::optional<Record> read_record(std::string_view text, std::size_t& at, const SegmentKey& key);

/// Returns whether a valid record would begin at `at` if its length were another one, with which it would end
/// at one of the places from `first_end` to `last_end`: then only its length has changed.
bool is_valid_but_for_its_length(std::string_view text, std::size_t at, std::size_t first_end,
                                 std::size_t last_end, const SegmentKey& key);

/// Returns where the commit of the valid record begins that begins at `at`.
std::size_t commit_begin(std::string_view text, std::size_t at);

/// Returns where the record that begins at `at` ends by its own header, or if that is not in the text where
/// the bytes end that are not zero, but not before its header ends; `at` if all that follows is zero.
std::size_t record_end(std::string_view text, std::size_t at);

}  // namespace annals::journal
