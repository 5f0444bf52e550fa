#include "backup/rows.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/row_binary.h"
#include "error.h"
#include "events/row.h"

namespace annals::backup {
namespace {

/// A row as a backup keeps it: without the number of its commit.
std::string row(std::uint64_t arrival, const std::string& data) {
  std::string text;
  events::append_row(
      text,
      {.event_id = EventId::random(), .event_time = Timestamp(), .event_data = data, .other_fields = ""},
      arrival, 0);
  return text.erase(sizeof arrival, sizeof(std::uint64_t));
}

TEST(RowCutterTest, GivesWholeRowsHoweverTheyArrive) {
  std::string rows;
  for (std::uint64_t i = 1; i <= 50; ++i) rows += row(i, std::string(i, 'x'));
  for (const std::size_t part : {std::size_t{1}, std::size_t{7}, rows.size()}) {
    RowCutter cutter(500);
    std::string got;
    std::uint64_t count = 0;
    const auto take = [&](bool at_end) {
      while (const auto piece = cutter.take(at_end)) {
        EXPECT_EQ(count_rows(piece->bytes, "piece"), piece->count);
        got += piece->bytes;
        count += piece->count;
      }
    };
    for (std::size_t at = 0; at < rows.size(); at += part) {
      cutter.add(std::string_view(rows).substr(at, part));
      take(false);
    }
    take(true);
    EXPECT_FALSE(cutter.is_inside_row());
    EXPECT_EQ(got, rows) << part;
    EXPECT_EQ(count, 50U) << part;
  }
}

TEST(RowCutterTest, SeesThatARowBreaksOff) {
  RowCutter cutter(1);
  const std::string one = row(1, "data");
  cutter.add(one.substr(0, one.size() - 1));
  EXPECT_FALSE(cutter.take(true));
  EXPECT_TRUE(cutter.is_inside_row());
}

TEST(RowsToInsertTest, HaveACommitThatIsAlwaysInTime) {
  const std::string one = row(7, "data");
  std::string expected = one.substr(0, sizeof(std::uint64_t));
  engine::append_integer(expected, events::kJournaled);
  expected += one.substr(sizeof(std::uint64_t));
  EXPECT_EQ(rows_to_insert(one + one, "x"), expected + expected);
}

TEST(RowsToInsertTest, ThatBreakOffAreRefused) {
  const std::string one = row(7, "data");
  for (std::size_t size = 1; size < one.size(); ++size) {
    EXPECT_THROW(rows_to_insert(one + one.substr(0, size), "x"), Error) << size;
    EXPECT_THROW(count_rows(one + one.substr(0, size), "x"), Error) << size;
  }
}

TEST(CompressedTest, IsReadAsItWasWrittenAndOtherwiseRefused) {
  const std::string text(100'000, 'a');
  const std::string small = compressed(text);
  EXPECT_LT(small.size(), 1000U);
  EXPECT_EQ(decompressed(small, "x"), text);
  EXPECT_EQ(decompressed(compressed(""), "x"), "");
  EXPECT_THROW(decompressed(small.substr(0, small.size() - 1), "x"), Error);
  EXPECT_THROW(decompressed("nonsense", "x"), Error);
  EXPECT_THROW(decompressed("", "x"), Error);
}

}  // namespace
}  // namespace annals::backup
