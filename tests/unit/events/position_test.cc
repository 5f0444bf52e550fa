#include <gtest/gtest.h>

#include "events/string_ids.h"
#include "history/history.h"
#include "ids/uuid.h"
#include "input/foreign_id.h"

namespace annals::events {
namespace {

constexpr std::string_view kId = "0b0f5a3e-6d5c-4e0e-9f0a-1a2b3c4d5e6f";

TEST(Position, ReadsTheTextItWrites) {
  const Position position{.record_id = 18'446'744'073'709'551'615U,
                          .event_time = Timestamp(std::chrono::milliseconds(-1)),
                          .event_id = EventId::parse(kId).value_or(EventId(Uuid{})),
                          .arrival = 4};
  for (const Ordering ordering :
       {Ordering::newest_first, Ordering::oldest_first, Ordering::arrival, Ordering::by_record}) {
    const auto read = Position::parse(position.text(ordering), ordering);

    EXPECT_EQ(read.value_or(Position{}).text(ordering), position.text(ordering));
  }
  EXPECT_EQ(position.text(Ordering::by_record), "r18446744073709551615_-1_" + std::string(kId));
}

TEST(Position, TakesNoTextOfAnotherOrdering) {
  const std::string id(kId);
  for (const std::string& text :
       {std::string(), std::string("r"), "t1_" + id, std::string("a1"), "r1_" + id, "r1_2_" + id + "x",
        "r-1_2_" + id, "r1__" + id, "r1_2_" + id + "_", "r18446744073709551616_2_" + id}) {
    EXPECT_FALSE(Position::parse(text, Ordering::by_record)) << text;
  }
}

TEST(Position, TakesARecordThatIsAString) {
  const std::string id(kId);
  const auto number = [&id](const std::string& record) {
    return Position::parse("r" + record + "_2_" + id, Ordering::by_record).value_or(Position{}).record_id;
  };
  EXPECT_EQ(number("17"), 17U);
  for (const std::string& record : {std::string("ORD-17"), std::string("a_b_1"), std::string("\"17\"")}) {
    const auto read = input::id_in_notation(record, max_of(IdColumn::record_id)).value();
    EXPECT_TRUE(read.is_string());
    EXPECT_EQ(number(record), stored_number(IdColumn::record_id, read)) << record;
  }
}

TEST(Position, KnowsACursorOfTheVersionBefore) {
  EXPECT_TRUE(Position::is_earlier_text("a12_3_1700000000000000"));
  for (const std::string_view text : {"", "a", "a12", "a1_2", "a1_2_3_4", "a1_2_x", "t1_2_3", "a1_2_3 "}) {
    EXPECT_FALSE(Position::is_earlier_text(text)) << text;
  }
  EXPECT_FALSE(Position::parse("a12_3_1700000000000000", Ordering::arrival)) << "its order is another";
}

}  // namespace
}  // namespace annals::events
