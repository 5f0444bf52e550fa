#include "backup/rows.h"

#include <utility>

#include <fmt/format.h>
#include <zstd.h>

#include "backup/errors.h"
#include "engine/row_binary.h"
#include "engine/rows.h"
#include "engine/zstd_frame.h"
#include "events/row.h"

namespace annals::backup {
namespace {

using boost::asio::awaitable;
using events::RowShape;

/// A piece may end with a row of the greatest size.
constexpr std::size_t kMaxPiece = std::size_t{512} << 20U;

/// Returns the arguments of a hash over all columns of a row.
std::string hashed_columns() {
  std::string columns = "arrival";
  for (const events::Column& column : events::event_columns()) {
    const bool nullable = column.type.starts_with("Nullable");
    // A hash with a NULL in it is NULL.
    columns +=
        nullable ? fmt::format(", ifNull(toString({}), '')", column.name) : fmt::format(", {}", column.name);
  }
  return columns;
}

}  // namespace

void RowCutter::add(std::string_view part) {
  rest_ += part;
}

std::optional<Rows> RowCutter::take(bool at_end) {
  while (at_ < piece_ && events::read_row(rest_, at_, RowShape::with_arrival)) ++count_;
  if (count_ == 0 || (at_ < piece_ && !at_end)) return std::nullopt;
  Rows rows{.bytes = rest_.substr(0, at_), .count = std::exchange(count_, 0)};
  rest_.erase(0, std::exchange(at_, 0));
  return rows;
}

std::uint64_t count_rows(std::string_view bytes, const std::string& name) {
  std::uint64_t count = 0;
  std::size_t at = 0;
  while (events::read_row(bytes, at, RowShape::with_arrival)) ++count;
  if (at != bytes.size()) throw backup_damaged(name, "its rows break off");
  return count;
}

std::string rows_to_insert(std::string_view bytes, const std::string& name) {
  std::string rows;
  rows.reserve(bytes.size() + bytes.size() / 4);
  std::size_t begin = 0;
  std::size_t end = 0;
  while (events::read_row(bytes, end, RowShape::with_arrival)) {
    rows += bytes.substr(begin, sizeof(std::uint64_t));  // the place in the order of arrival
    engine::append_integer(rows, events::kJournaled);
    rows += bytes.substr(begin + sizeof(std::uint64_t), end - begin - sizeof(std::uint64_t));
    begin = end;
  }
  if (end != bytes.size()) throw backup_damaged(name, "its rows break off");
  return rows;
}

engine::Statement select_rows(const events::EventsTable& table, std::uint64_t after, std::uint64_t last) {
  auto statement = table.statement(
      fmt::format("SELECT {} FROM {} WHERE arrival > {{after:UInt64}} AND arrival <= {{last:UInt64}} "
                  "FORMAT RowBinary",
                  events::select_columns(RowShape::with_arrival), table.quoted()),
      {{"after", fmt::format("{}", after)}, {"last", fmt::format("{}", last)}});
  statement.reader = table.owner;  // it may take long
  statement.time_limit = engine::kNoTimeLimit;
  return statement;
}

awaitable<TableState> state_of(events::EventsTable table, std::uint64_t last) {
  auto statement = table.statement(fmt::format("SELECT count(), sum(cityHash64({})) FROM {} WHERE arrival <= "
                                               "{{last:UInt64}}",
                                               hashed_columns(), table.quoted()),
                                   {{"last", fmt::format("{}", last)}});
  statement.reader = table.owner;
  statement.time_limit = engine::kNoTimeLimit;
  const auto text = co_await table.engine.query(std::move(statement));
  const auto numbers = engine::numbers_in(text, 2);
  co_return TableState{.last_arrival = last, .rows = numbers.at(0), .hash = numbers.at(1)};
}

std::string compressed(std::string_view bytes) {
  constexpr int kLevel = 3;
  return engine::zstd_compressed(bytes, kLevel);
}

std::string decompressed(std::string_view bytes, const std::string& name) {
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kMaxPiece) {
    throw backup_damaged(name, "it is not compressed as it should be");
  }
  std::string result(size, '\0');
  const auto got = ZSTD_decompress(result.data(), result.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(got) != 0 || got != size) throw backup_damaged(name, "it cannot be decompressed");
  return result;
}

}  // namespace annals::backup
