#include "cli/import/sources/csv_events.h"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace annals::cli {
namespace {

/// A text that is read in parts of a few bytes.
class TextBytes final : public Bytes {
 public:
  TextBytes(std::string text, std::size_t part) : text_(std::move(text)), part_(part) {}

  std::size_t read(char* to, std::size_t size) override {
    const std::size_t got = std::min({size, part_, text_.size() - at_});
    std::memcpy(to, text_.data() + at_, got);
    at_ += got;
    return got;
  }

 private:
  std::string text_;
  std::size_t part_;
  std::size_t at_ = 0;
};

std::string all_of(Bytes& bytes) {
  std::string all;
  char part[7];
  while (const std::size_t got = bytes.read(part, sizeof part)) all.append(part, got);
  return all;
}

std::string events_of(const std::string& csv, char delimiter = ',') {
  TextBytes bytes(csv, 3);
  return all_of(*csv_events(bytes, delimiter));
}

TEST(CsvEvents, AreLinesOfJsonInTheLinesOfTheirRecords) {
  EXPECT_EQ(events_of("record_id,event_data,who\r\n7,\"[1,\r\n2]\",\"a\"\"b\"\r\n\r\n8,{},\r\n"),
            "\n{\"record_id\":7,\"event_data\":[1,  "
            "2],\"who\":\"a\\\"b\"}\n\n\n{\"record_id\":8,\"event_data\":{}}\n");
}

TEST(CsvEvents, TakeTheLastRecordWithoutALineBreak) {
  EXPECT_EQ(events_of("record_id;source_id\n1;2", ';'), "\n{\"record_id\":1,\"source_id\":2}\n");
}

TEST(CsvEvents, KeepACarriageReturnAtTheEndOfAQuotedField) {
  const std::string whole = "\n{\"record_id\":1,\"who\":\"a\\u000d\"}\n";
  EXPECT_EQ(events_of("record_id,who\n1,\"a\r\"\n"), whole);
  EXPECT_EQ(events_of("record_id,who\r\n1,\"a\r\"\r\n"), whole);
  EXPECT_EQ(events_of("record_id,who\r\n1,a\r\n"), "\n{\"record_id\":1,\"who\":\"a\"}\n")
      << "without quotes it ends the line";
}

TEST(CsvEvents, GetFurtherKeysFromOtherFields) {
  EXPECT_EQ(events_of("record_id,other_fields\n1,\"{\"\"a\"\": 1.0}\"\n"), "\n{\"record_id\":1,\"a\":1.0}\n");
}

TEST(CsvEvents, SayWhatIsWrongWithARecord) {
  const std::string mark(1, kFlawMark);
  EXPECT_EQ(events_of("record_id,event_data\n1\n"),
            "\n" + mark + "it has 1 fields, and the first line names 2 columns" + mark + "1\n");
  EXPECT_TRUE(events_of("record_id,event_data\n1,text\n").contains("event_data: it is not JSON"));
  EXPECT_TRUE(events_of("record_id,other_fields\n1,[]\n").contains("other_fields: it is not a JSON object"));
}

TEST(CsvEvents, LeaveWhatIsNoNumberToTheCheckOfTheEvent) {
  EXPECT_EQ(events_of("record_id\n1e3\n"), "\n{\"record_id\":\"1e3\"}\n");
  EXPECT_EQ(events_of("record_id\n1}\n"), "\n{\"record_id\":\"1}\"}\n");
}

TEST(CsvEvents, AreRefusedIfTwoColumnsHaveOneName) {
  EXPECT_THROW(events_of("record_id,a,a\n"), ForeignFile);
}

TEST(CsvEvents, AreRefusedIfAQuoteHasNoEnd) {
  EXPECT_THROW(events_of("record_id\n\"1\n2\n"), BrokenFile);
}

TEST(DelimiterOfEvents, IsTheOneThatSeparatesTheNames) {
  EXPECT_EQ(delimiter_of_events("\xEF\xBB\xBF\"record_id\",event_type_id\r\n1,2"), ',');
  EXPECT_EQ(delimiter_of_events("a;record_id;event_type_id\n"), ';');
  EXPECT_EQ(delimiter_of_events("event_type_id\trecord_id"), '\t');
  for (const char* text : {"", "{\"record_id\":1,\"event_type_id\":2}", "record_id\n", "a,b\n", "\""}) {
    EXPECT_EQ(delimiter_of_events(text), std::nullopt) << text;
  }
}

TEST(PeekedBytes, AreReadFromTheirBeginning) {
  TextBytes bytes("first\nsecond", 2);
  PeekedBytes peeked(bytes);

  EXPECT_EQ(peeked.peek(4), "firs");
  EXPECT_EQ(peeked.peek(100, '\n'), "first\n");
  EXPECT_EQ(all_of(peeked), "first\nsecond");
}

}  // namespace
}  // namespace annals::cli
