#include "events/file_facts.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "events/row.h"
#include "events/string_ids.h"

namespace annals::events {
namespace {

Event event_with(std::string facts, bool has_string) {
  Event event;
  event.event_data = "1";
  event.file_id = FileId(Uuid{});
  const ForeignId record = has_string ? *ForeignId::of_string("ORD-17") : ForeignId(std::uint64_t{7});
  set_ids(event,
          {ForeignId(std::uint64_t{1}), record, ForeignId(std::uint64_t{2}), ForeignId(std::uint64_t{3})});
  event.other_fields = R"({"a":1})";
  event.file_facts = std::move(facts);
  return event;
}

std::string json_of(const Event& event) {
  std::string rows;
  append_row(rows, event, 1, 1);
  // What an insert has and a query does not: arrival and commit.
  std::size_t at = 2 * sizeof(std::uint64_t);
  const auto row = read_row(rows, at, RowShape::event);
  std::string json;
  if (row) append_json(json, *row);
  EXPECT_EQ(at, rows.size());
  return json;
}

TEST(FileFacts, AreReadAsTheyWereStored) {
  const auto read = read_file_facts(stored_form({.size = 5, .sha256 = "ab"}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size, 5U);
  EXPECT_EQ(read->sha256, "ab");
  EXPECT_EQ(read_file_facts("7:")->sha256, "");
  for (const char* other : {"", ":", "x:", "5", "5x:ab", "99999999999999999999:ab"}) {
    EXPECT_FALSE(read_file_facts(other)) << other;
  }
}

TEST(FileFacts, DoNotChangeWhatIsReadOfARow) {
  for (const bool has_string : {false, true}) {
    EXPECT_EQ(json_of(event_with("5:ab", has_string)), json_of(event_with("", has_string)));
  }
}

TEST(FileFacts, ARowWithoutThemIsWhatItWas) {
  std::string rows;
  append_row(rows, event_with("", false), 1, 1);

  EXPECT_TRUE(rows.ends_with(R"({"a":1})"));
  EXPECT_EQ(rows.find('\1', rows.size() - sizeof(R"({"a":1})")), std::string::npos);
}

}  // namespace
}  // namespace annals::events
