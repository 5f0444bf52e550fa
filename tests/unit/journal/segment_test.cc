#include "journal/segment.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <gtest/gtest.h>

#include "io/durable_file.h"
#include "support/machine/temporary_directory.h"

namespace annals::journal {
namespace {

constexpr std::size_t kSize = 16'384;
constexpr std::size_t kSector = 512;

class SegmentTest : public testing::Test {
 protected:
  SegmentTest() {
    Segment::prepare(path("spare"), kSize);
    Segment segment(path("spare"), directory_.path(), header_, true);
    std::string text;
    for (std::uint64_t i = 0; i < kRecords; ++i) append_record(text, record(i), header_.key, 0);
    segment.write(text);
    segment.sync();
  }

  [[nodiscard]] Record record(std::uint64_t i) const {
    return {.owner = owner_,
            .first = i + 1,
            .rows = 1,
            .bytes = std::string(kRowBytes, static_cast<char>('a' + i))};
  }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }
  [[nodiscard]] std::filesystem::path file() const { return path(segment_name(header_.key.number)); }

  [[nodiscard]] std::string bytes() const { return io::read_if_there(file()).value_or(""); }
  void replace(const std::string& bytes) const { std::ofstream(file(), std::ios::binary) << bytes; }
  /// Where the record begins that has that index.
  static std::size_t begin_of(std::uint64_t i) {
    return Segment::kHeaderSize + (i * (kRecordHeader + kRowBytes));
  }
  [[nodiscard]] SegmentContent read() const {
    auto content = read_segment(file());
    if (!content) throw std::runtime_error("the segment has no header");
    return *std::move(content);
  }

  static constexpr std::uint64_t kRecords = 3;
  static constexpr std::size_t kRowBytes = 1500;
  const ClientId owner_ = ClientId::random();
  const Segment::Header header_{.key = {.journal = random_uuid(), .number = 7}, .next = 1};
  support::TemporaryDirectory directory_;
};

TEST_F(SegmentTest, GivesBackWhatWasWritten) {
  const auto content = read();

  EXPECT_EQ(content.damage, "");
  EXPECT_EQ(content.header.key.number, 7U);
  ASSERT_EQ(content.records.size(), kRecords);
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    EXPECT_EQ(content.records[i].owner, owner_);
    EXPECT_EQ(content.records[i].first, i + 1);
    EXPECT_EQ(content.records[i].bytes, record(i).bytes);
  }
}

TEST_F(SegmentTest, EndsAtAnySectorAfterWhichAWriteWasInterrupted) {
  const std::string whole = bytes();
  for (std::size_t cut = (begin_of(2) / kSector + 1) * kSector; cut < begin_of(3); cut += kSector) {
    std::string torn = whole;
    torn.replace(cut, begin_of(3) - cut, begin_of(3) - cut, '\0');
    replace(torn);

    const auto content = read();

    EXPECT_EQ(content.records.size(), 2U) << "cut at " << cut;
    EXPECT_TRUE(content.is_torn) << "cut at " << cut << ": " << content.damage;
    EXPECT_EQ(content.end, begin_of(2));
  }
}

TEST_F(SegmentTest, EndsWhereALaterSectorWasWrittenAndAnEarlierOneWasNot) {
  const std::string whole = bytes();
  for (std::size_t sector = begin_of(2) / kSector; (sector + 1) * kSector < begin_of(3); ++sector) {
    const std::size_t from = std::max(sector * kSector, begin_of(2));
    const std::size_t size = ((sector + 1) * kSector) - from;
    std::string torn = whole;
    torn.replace(from, size, size, '\0');
    replace(torn);

    const auto content = read();

    EXPECT_EQ(content.records.size(), 2U) << "sector " << sector;
    EXPECT_TRUE(content.is_torn) << "sector " << sector;
  }
}

TEST_F(SegmentTest, EndsWhereOnlyTheBeginningOfAHeaderWasWritten) {
  for (std::size_t written = 1; written <= kRecordHeader; ++written) {
    // The last record begins that many bytes before the end of a sector.
    Record first = record(0);
    first.bytes.resize((4 * kSector) - written - begin_of(0) - kRecordHeader, 'a');
    Record last = record(1);
    last.bytes.resize(1);
    rewrite_segment(file(), header_, {&first, &last}, true);
    std::string torn = bytes();
    torn.resize(4 * kSector);
    torn.resize(kSize);
    replace(torn);

    const auto content = read();

    EXPECT_EQ(content.records.size(), 1U) << written << " bytes of the header";
    EXPECT_TRUE(content.is_torn) << written << " bytes of the header: " << content.damage;
  }
}

TEST_F(SegmentTest, EndsBeforeACommitOfWhichALaterRecordWasWrittenAndAnEarlierOneWasNot) {
  std::string text;
  append_record(text, record(0), header_.key, 0);
  const std::size_t commit = text.size();
  for (std::uint64_t i = 1; i < kRecords; ++i) {
    append_record(text, record(i), header_.key, static_cast<std::uint32_t>(text.size() - commit));
  }
  std::string whole = bytes();
  whole.replace(begin_of(0), text.size(), text);
  std::string torn = whole;
  torn.replace(4 * kSector, kSector, kSector, '\0');  // in record 1
  replace(torn);
  const auto content = read();
  EXPECT_EQ(content.records.size(), 1U);
  EXPECT_TRUE(content.is_torn) << "record 2 was never acknowledged";

  torn = whole;
  torn.replace(kSector, kSector, kSector, '\0');  // in record 0, of the commit before
  replace(torn);
  EXPECT_FALSE(read().is_torn);
}

TEST_F(SegmentTest, EndsAtATornRecordThatReachesToTheEndOfTheFile) {
  std::string torn = bytes().substr(0, begin_of(3));
  torn.replace(7 * kSector, kSector, kSector, '\0');  // in record 2; no zeros follow the last of its bytes
  replace(torn);

  const auto content = read();

  EXPECT_EQ(content.records.size(), 2U);
  EXPECT_TRUE(content.is_torn) << content.damage;
}

TEST_F(SegmentTest, IsDamagedIfSoLittleFollowsThatItCannotBeARecord) {
  replace(bytes().substr(0, begin_of(3)) + "xy");

  const auto content = read();

  EXPECT_EQ(content.records.size(), kRecords);
  EXPECT_NE(content.damage, "");
  EXPECT_FALSE(content.is_torn) << "nobody has begun to write a record there";
}

TEST_F(SegmentTest, IsDamagedIfARecordIsGoneAndALaterCommitIsThere) {
  std::string damaged = bytes();
  damaged.replace(begin_of(1), begin_of(2) - begin_of(1), begin_of(2) - begin_of(1), '\0');
  replace(damaged);

  const auto content = read();

  EXPECT_EQ(content.records.size(), 1U);
  EXPECT_FALSE(content.is_torn) << "record 2 was written after a sync of record 1";
}

TEST_F(SegmentTest, IsDamagedIfALaterCommitFollowsAtOnceOnTheOneThatIsIncomplete) {
  std::string text;
  append_record(text, record(0), header_.key, 0);
  append_record(text, record(1), header_.key, static_cast<std::uint32_t>(text.size()));
  append_record(text, record(2), header_.key, 0);
  std::string whole = bytes();
  whole.replace(begin_of(0), text.size(), text);
  whole.replace(kSector, kSector, kSector, '\0');  // in record 0
  replace(whole);

  EXPECT_FALSE(read().is_torn);
}

TEST_F(SegmentTest, IsDamagedIfALengthOfTheLastCommitHasChanged) {
  Record ends_with_zeros = record(2);
  ends_with_zeros.bytes.append(100, '\0');
  std::string text;
  for (const Record& one : {record(0), record(1), ends_with_zeros}) {
    append_record(text, one, header_.key, static_cast<std::uint32_t>(text.size()));
  }
  std::string whole = bytes();
  whole.replace(begin_of(0), text.size(), text);
  constexpr std::size_t kLength = 4;  // where it stands in a record
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    for (std::size_t bit = 0; bit < 32; ++bit) {
      std::string changed = whole;
      char& byte = changed[begin_of(i) + kLength + bit / 8];
      byte = static_cast<char>(byte ^ (1 << bit % 8));
      replace(changed);

      const auto content = read();

      EXPECT_EQ(content.records.size(), i) << "record " << i << ", bit " << bit;
      EXPECT_NE(content.damage, "") << "record " << i << ", bit " << bit;
      EXPECT_FALSE(content.is_torn) << "record " << i << ", bit " << bit;
    }
  }
}

TEST_F(SegmentTest, IsDamagedIfABitHasFlippedAnywhere) {
  const std::string whole = bytes();
  for (std::size_t at = begin_of(0); at < begin_of(3); at += 7) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    replace(flipped);

    const auto content = read();

    EXPECT_NE(content.damage, "") << "byte " << at;
    EXPECT_FALSE(content.is_torn) << "byte " << at;
    EXPECT_EQ(content.records.size(), (at - begin_of(0)) / (kRecordHeader + kRowBytes)) << "byte " << at;
  }
}

TEST_F(SegmentTest, HasNoHeaderIfABitOfItHasFlipped) {
  const std::string whole = bytes();
  for (std::size_t at = 0; at < Segment::kHeaderSize; ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    replace(flipped);
    EXPECT_FALSE(read_segment(file())) << "byte " << at;
  }
}

TEST_F(SegmentTest, HasNoHeaderIfItIsShorterThanOne) {
  const std::string whole = bytes();
  for (std::size_t size = 0; size < Segment::kHeaderSize; ++size) {
    replace(whole.substr(0, size));
    EXPECT_FALSE(read_segment(file())) << size << " bytes";
  }
}

TEST_F(SegmentTest, TakesNoRecordOfAnotherFile) {
  std::string other = bytes();
  std::string text;
  append_record(text, record(0), {.journal = header_.key.journal, .number = 8}, 0);
  other.replace(begin_of(0), text.size(), text);
  replace(other);

  EXPECT_TRUE(read().records.empty());
}

TEST_F(SegmentTest, IsRewrittenWithTheRecordsThatAreLeft) {
  const Record left = record(1);

  rewrite_segment(file(), header_, {&left}, true);

  const auto content = read();
  ASSERT_EQ(content.records.size(), 1U);
  EXPECT_EQ(content.records[0].bytes, left.bytes);
  EXPECT_EQ(content.damage, "");
}

}  // namespace
}  // namespace annals::journal
