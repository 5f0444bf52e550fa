#include "journal/record.h"

#include <gtest/gtest.h>

namespace annals::journal {
namespace {

class RecordTest : public testing::Test {
 protected:
  [[nodiscard]] std::string written(const Record& record, std::uint32_t in_commit = 0) const {
    std::string text;
    append_record(text, record, key_, in_commit);
    return text;
  }

  const SegmentKey key_{.journal = random_uuid(), .number = 7};
  const Record record_{.owner = ClientId::random(), .first = 3, .rows = 2, .bytes = "some rows"};
};

TEST_F(RecordTest, IsReadFromWhereItBegins) {
  const std::string text = "before" + written(record_) + written(record_);
  std::size_t at = 6;

  const auto read = read_record(text, at, key_);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->owner, record_.owner);
  EXPECT_EQ(read->first, 3U);
  EXPECT_EQ(read->rows, 2U);
  EXPECT_EQ(read->bytes, "some rows");
  EXPECT_EQ(at, 6 + kRecordHeader + record_.bytes.size());
  EXPECT_TRUE(read_record(text, at, key_)) << "the next one begins where the first has ended";
  EXPECT_EQ(at, text.size());
}

TEST_F(RecordTest, IsNoneIfAnythingOfItIsMissing) {
  const std::string whole = written(record_);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // Behind the end of what is looked at are other bytes than the record's.
    const std::string text = whole.substr(0, size) + std::string(kRecordHeader + whole.size(), '?');
    std::size_t at = 0;
    EXPECT_FALSE(read_record(std::string_view(text).substr(0, size), at, key_)) << size << " bytes";
    EXPECT_EQ(at, 0U);
  }
  for (std::size_t at = whole.size(); at < whole.size() + 2; ++at) {
    std::size_t begin = at;
    EXPECT_FALSE(read_record(whole, begin, key_)) << "begins at " << at;
  }
}

TEST_F(RecordTest, WithoutBytesIsNone) {
  std::size_t at = 0;
  EXPECT_FALSE(read_record(written({.owner = record_.owner, .first = 3, .rows = 2, .bytes = ""}), at, key_));
}

TEST_F(RecordTest, KnowsWhereItsCommitBegins) {
  const std::string text = "before" + written(record_);
  const std::string later = text + written(record_, static_cast<std::uint32_t>(text.size() - 6));
  EXPECT_EQ(commit_begin(later, 6), 6U);
  EXPECT_EQ(commit_begin(later, text.size()), 6U);
  EXPECT_EQ(commit_begin(written(record_, 100), 0), 0U) << "what no writer writes leads nowhere";
}

TEST_F(RecordTest, EndsBehindItsLengthOrElseBehindTheLastByteThatIsNotZero) {
  const std::string whole = written(record_);
  const std::string zeros(100, '\0');
  EXPECT_EQ(record_end("before" + whole + zeros, 6), 6 + whole.size());
  EXPECT_EQ(record_end(whole, 0), whole.size()) << "it may end with the file";

  const std::string ends_with_zero =
      written({.owner = record_.owner, .first = 3, .rows = 1, .bytes = {'x', '\0'}});
  EXPECT_EQ(record_end(ends_with_zero, 0), ends_with_zero.size());

  const std::string cut = "before" + whole.substr(0, whole.size() - 1);
  EXPECT_EQ(record_end(cut, 6), cut.size());
  EXPECT_EQ(record_end(std::string(kRecordHeader, '\0') + "x" + zeros, 0), kRecordHeader + 1);
  EXPECT_EQ(record_end("x" + zeros, 0), kRecordHeader) << "no record is shorter than its header";
  EXPECT_EQ(record_end("x" + zeros.substr(0, 3), 0), 4U) << "nor longer than the text";
  EXPECT_EQ(record_end(zeros, 10), 10U);
  EXPECT_EQ(record_end("x" + zeros, 10), 10U);
}

TEST_F(RecordTest, NumbersItsRowsWhereTheyStart) {
  NumberedRows rows{.bytes = std::string(30, '.'), .starts = {0, 12}};
  rows.number_from(258);
  EXPECT_EQ(rows.bytes, std::string("\2\1\0\0\0\0\0\0....\3\1\0\0\0\0\0\0..........", 30));
}

}  // namespace
}  // namespace annals::journal
