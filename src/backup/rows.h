// Rows in a backup are in RowBinary, in the shape events::RowShape::with_arrival: their places in the order
// of arrival stay what they were, so that the cursors of readers stay valid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "backup/manifest.h"
#include "events/events_table.h"

namespace annals::backup {

/// Whole rows.
struct Rows {
  std::string bytes;
  std::uint64_t count = 0;
};

/// Cuts a stream of rows into pieces of whole rows. Not thread-safe.
class RowCutter {
 public:
  /// A piece has at least so many bytes, and less than one row more.
  explicit RowCutter(std::size_t piece) : piece_(piece) {}

  void add(std::string_view part);
  /// Returns the next piece once it is complete; with `at_end` whatever is left. Returns nullopt if there is
  /// none.
  std::optional<Rows> take(bool at_end);
  /// Returns whether a row has begun and not ended.
  [[nodiscard]] bool is_inside_row() const { return !rest_.empty(); }

 private:
  const std::size_t piece_;
  std::string rest_;
  std::size_t at_ = 0;  // where the rows that were counted end
  std::uint64_t count_ = 0;
};

/// Returns how many rows the bytes have. Throws Error(backup_refused) if they are not whole rows.
std::uint64_t count_rows(std::string_view bytes, const std::string& name);

/// Returns the same rows as EventsTable::insert() takes them. Throws as count_rows().
std::string rows_to_insert(std::string_view bytes, const std::string& name);

/// Returns the query of the rows of a table after one place in the order of arrival and up to another.
engine::Statement select_rows(const events::EventsTable& table, std::uint64_t after, std::uint64_t last);

/// Returns the state of a table up to a place in the order of arrival. The engine reads every byte of it.
/// Throws engine::EngineError.
boost::asio::awaitable<TableState> state_of(events::EventsTable table, std::uint64_t last);

/// Compresses with zstd.
std::string compressed(std::string_view bytes);
/// Throws Error(backup_refused) if the bytes are not what compressed() returns.
std::string decompressed(std::string_view bytes, const std::string& name);

}  // namespace annals::backup
