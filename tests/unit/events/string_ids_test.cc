#include "events/string_ids.h"

#include <gtest/gtest.h>

#include "events/csv_row.h"
#include "events/row.h"
#include "input/foreign_id.h"

namespace annals::events {
namespace {

using namespace std::literals;

ForeignId text(std::string_view string) {
  return ForeignId::of_string(string).value();
}

Event with_ids(const std::array<ForeignId, 4>& ids) {
  Event event;
  event.event_data = "1";
  event.other_fields = R"({"a":"\u0001"})";
  set_ids(event, ids);
  return event;
}

/// Returns the row of an event as it is read back.
std::string row_of(const Event& event) {
  std::string row;
  append_row(row, event, 1, 2);
  return row.substr(2 * sizeof(std::uint64_t));  // the columns of RowShape::event
}

std::string json_of(const Event& event, NumberStyle style = NumberStyle::numbers) {
  const std::string row = row_of(event);
  std::size_t at = 0;
  std::string json;
  append_json(json, read_row(row, at, RowShape::event).value(), style);
  return json.substr(json.find(R"("event_type_id")"));
}

TEST(StringIds, IntegersLeaveNoTrace) {
  const Event event = with_ids({1, 2, 3, std::numeric_limits<std::uint64_t>::max()});

  EXPECT_EQ(event.string_ids, "");
  EXPECT_EQ(event.source_id, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(json_of(event),
            R"("event_type_id":1,"record_id":2,"source_type_id":3,"source_id":18446744073709551615,)"
            R"("event_data":1,"file_id":null,"a":"\u0001"})");
}

TEST(StringIds, StringsStandBeforeTheKeptFields) {
  const Event event = with_ids({text("opened"), 2, text("17"), text("é\"\\")});

  EXPECT_EQ(event.string_ids, "\1opened\1\1"s + "17\1é\"\\\1");
  EXPECT_EQ(json_of(event),
            R"("event_type_id":"opened","record_id":2,"source_type_id":"17","source_id":"é\"\\",)"
            R"("event_data":1,"file_id":null,"a":"\u0001"})");
}

TEST(StringIds, WithNumbersAsStringsAnIdIsInTheNotationOfFilters) {
  const Event event = with_ids({text("opened"), 2, text("17"), text("\"a")});

  EXPECT_EQ(json_of(event, NumberStyle::strings),
            R"("event_type_id":"opened","record_id":"2","source_type_id":"\"17\"","source_id":"\"\\\"a\"",)"
            R"("event_data":1,"file_id":null,"a":"\u0001"})");
}

TEST(StringIds, ANumberIsTheBeginningOfTheHashWithItsHighestBitSet) {
  // printf %s ORD-17 | sha256sum
  constexpr std::uint64_t kBeginning = 0x5480910ABB90D442;
  constexpr std::uint64_t kTop = std::uint64_t{1} << 63U;
  EXPECT_EQ(stored_number(IdColumn::record_id, text("ORD-17")), kBeginning | kTop);
  EXPECT_EQ(stored_number(IdColumn::source_id, text("ORD-17")), kBeginning | kTop);
  EXPECT_EQ(stored_number(IdColumn::event_type_id, text("ORD-17")), (kBeginning | kTop) >> 32U);
  EXPECT_EQ(stored_number(IdColumn::source_type_id, text("ORD-17")), (kBeginning | kTop) >> 32U);
  EXPECT_EQ(stored_number(IdColumn::record_id, 17), 17U);
}

TEST(StringIds, NoKeptFieldPassesForAStringId) {
  for (const std::string_view fields : {R"({"\u0001x\u0001":1})"sv, R"({"record_id":"x"})"sv, ""sv}) {
    const KeptParts parts = kept_parts(fields);
    EXPECT_EQ(parts.string_ids, "");
    EXPECT_EQ(parts.fields, fields);
  }
}

TEST(StringIds, CsvHasTheNotationAndQuotesTexts) {
  const std::string row = row_of(with_ids({text("opened"), 2, text("17"), text("a \"b\"")}));
  std::size_t at = 0;
  std::string line;
  append_csv(line, read_row(row, at, RowShape::event).value());

  EXPECT_EQ(line,
            "\"00000000-0000-0000-0000-000000000000\",\"1970-01-01T00:00:00.000Z\",\"opened\",2,"
            "\"\"\"17\"\"\",\"a \"\"b\"\"\",\"1\",,\"{\"\"a\"\":\"\"\\u0001\"\"}\"\r\n");
  EXPECT_EQ(csv_head(),
            "\"event_id\",\"event_time\",\"event_type_id\",\"record_id\",\"source_type_id\",\"source_id\","
            "\"event_data\",\"file_id\",\"other_fields\"\r\n");
}

TEST(ForeignId, ReadsTheNotationThatItWrites) {
  const auto max = std::numeric_limits<std::uint64_t>::max();
  for (const ForeignId& id : {ForeignId(0), ForeignId(max), text("ORD-17"), text("17"), text("-17"),
                              text("007"), text("-"), text("+17"), text("1.5"), text("\""), text("\"17\""),
                              text("\\"), text(" "), text("日本"), text("a_b_c")}) {
    const auto read = input::id_in_notation(id.notation(), max);
    ASSERT_TRUE(read) << id.notation();
    EXPECT_EQ(*read, id) << id.notation();
  }
  EXPECT_EQ(text("17").notation(), "\"17\"");
  EXPECT_EQ(text("ORD-17").notation(), "ORD-17");
  EXPECT_FALSE(text("17") == ForeignId(17));
}

TEST(ForeignId, ReportsWhatIsNoId) {
  const auto problem = [](std::string_view notation) {
    const auto id = input::id_in_notation(notation, 9);
    return id ? "none" : id.error().type;
  };
  EXPECT_EQ(problem(""), "type_error.integer");
  EXPECT_EQ(problem("10"), "value_error.number.not_le");
  EXPECT_EQ(problem("-1"), "value_error.number.not_ge");
  EXPECT_EQ(problem("\"\""), "value_error.any_str.min_length");
  EXPECT_EQ(problem("\"a"), "type_error.str");
  EXPECT_EQ(problem("\"a\"b"), "type_error.str");
  EXPECT_EQ(problem("a\nb"), "value_error.str.regex");
  EXPECT_EQ(problem("\x7f"), "value_error.str.regex");
  EXPECT_EQ(problem("\xC2\x80"), "value_error.str.regex") << "U+0080";
  EXPECT_EQ(problem("\xff"), "value_error.str.regex");
  EXPECT_EQ(problem("\"\\ud800\""), "value_error.str.regex");
  std::string long_text;
  for (int i = 0; i < 128; ++i) long_text += "日";
  EXPECT_EQ(problem(long_text), "none");
  EXPECT_EQ(problem(long_text + "x"), "value_error.any_str.max_length");
}

}  // namespace
}  // namespace annals::events
