#include "cli/export/lines.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "history/history.h"
#include "unit/cli/files.h"

namespace annals::cli {
namespace {

constexpr std::string_view kCursor =
    "r18446744073709551615_1668076772111_0b0f5a3e-6d5c-4e0e-9f0a-1a2b3c4d5e6f";

std::string event(std::string_view data = "[]") {
  return fmt::format(
      R"({{"event_id":"0b0f5a3e-6d5c-4e0e-9f0a-1a2b3c4d5e6f","event_time":"2022-11-10T10:39:32.111Z",)"
      R"("event_type_id":1,"record_id":18446744073709551615,"source_type_id":1,"source_id":2,"event_data":{},)"
      R"("file_id":null,"more":1}})",
      data);
}

TEST(CursorAfter, IsTheCursorOfTheEventInTheLine) {
  EXPECT_EQ(cursor_after(event()), kCursor);
  EXPECT_EQ(cursor_after(event(R"({"record_id":1,"event_id":"x"})")), kCursor);
  EXPECT_TRUE(events::Position::parse(kCursor, events::Ordering::by_record));
}

TEST(CursorAfter, IsNothingForWhatIsNoEvent) {
  EXPECT_FALSE(cursor_after(""));
  EXPECT_FALSE(cursor_after(event().substr(0, 100)));
  EXPECT_FALSE(cursor_after(R"({"record_id":1})"));
}

class ExportedLinesTest : public ::testing::Test {
 protected:
  ExportedLines lines_of(const std::string& content) {
    return exported_lines(testing::write(directory_.path() / "f.part", content));
  }
  testing::TemporaryDirectory directory_;
};

TEST_F(ExportedLinesTest, CutsAHalfLastLineOff) {
  const auto lines = lines_of(event("1") + "\n" + event("2") + "\n" + event("3"));

  EXPECT_EQ(lines.bytes, 2 * event("1").size() + 2);
  EXPECT_EQ(lines.rows, 2U);
  EXPECT_EQ(lines.cursor, kCursor);
}

TEST_F(ExportedLinesTest, HasNothingToGoOnFromWithoutAWholeLineOfAnEvent) {
  EXPECT_FALSE(lines_of("").cursor);
  EXPECT_FALSE(lines_of(event()).cursor);
  EXPECT_FALSE(lines_of(event() + "\n" + std::string(2, char{}) + "\n").cursor);
}

TEST_F(ExportedLinesTest, ReadsLinesLongerThanItReadsAtATime) {
  const std::string long_line = event('"' + std::string(3 << 20, 'x') + '"');

  const auto lines = lines_of(long_line + "\n" + long_line.substr(0, 2 << 20));

  EXPECT_EQ(lines.bytes, long_line.size() + 1);
  EXPECT_EQ(lines.cursor, kCursor);
}

TEST(LineKeeper, PassesWholeLinesOnWhateverTheParts) {
  const std::string text = "a\n\nbcd\nef";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    LineKeeper keeper;
    std::string passed;
    for (std::size_t at = 0; at < text.size(); at += size) passed += keeper.add(text.substr(at, size));

    EXPECT_EQ(passed, "a\n\nbcd\n") << "in parts of " << size;
    EXPECT_EQ(keeper.last_line(), "bcd");
    EXPECT_EQ(keeper.rows(), 3U);
    EXPECT_TRUE(keeper.has_rest());
  }
}

TEST(LineKeeper, ForgetsTheLineThatBrokeOff) {
  LineKeeper keeper;
  keeper.add("a\nbro");

  keeper.drop_rest();

  EXPECT_EQ(keeper.add("b\n"), "b\n");
}

TEST(CsvRows, CountsRowsAndNotTheLineBreaksInThem) {
  CsvRows rows;
  EXPECT_EQ(rows.rows(), 0U);
  rows.add("id,data\n1,\"a\n\"\"b\"");
  rows.add("\"\n\"\n2,\"c\"\n");

  EXPECT_EQ(rows.rows(), 2U);
}

TEST(CsvRows, SeesThatTheLastRowIsNotWhole) {
  for (const std::string_view text : {"", "id,da", "id\n1", "id\n\"a\n", "id\n\"a\"", "id\n\"a\"\"\n"}) {
    CsvRows rows;
    rows.add(text);
    EXPECT_FALSE(rows.ends_with_a_row()) << text;
  }
  for (const std::string_view text : {"id\n", "id\n\"a\n\"\n", "id\n\"\"\"\"\n"}) {
    CsvRows rows;
    rows.add(text);
    rows.add("");
    EXPECT_TRUE(rows.ends_with_a_row()) << text;
  }
}

}  // namespace
}  // namespace annals::cli
