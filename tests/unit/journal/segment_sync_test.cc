// What of a segment is on the disk, and when.

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include "io/durable_file.h"
#include "journal/segment.h"
#include "support/machine/file_calls.h"
#include "support/machine/temporary_directory.h"

namespace annals::journal {
namespace {

constexpr std::size_t kSize = 16'384;

class SegmentSyncTest : public testing::Test {
 protected:
  using Names = std::vector<std::string>;

  /// Returns the segment of a file that was prepared.
  Segment begin(bool fsync) { return {directory_.path() / "spare", directory_.path(), header_, fsync}; }

  const Segment::Header header_{.key = {.journal = random_uuid(), .number = 7}, .next = 1};
  const std::string name_ = segment_name(7);
  support::TemporaryDirectory directory_;
  support::FileCalls calls_{directory_.path()};
  const std::filesystem::path spare_ = directory_.path() / "spare";
  const std::filesystem::path file_ = directory_.path() / name_;
};

TEST_F(SegmentSyncTest, IsPreparedWholeOnTheDisk) {
  for (const std::size_t size : {std::size_t{100}, (std::size_t{1} << 20U) + 1, std::size_t{3} << 20U}) {
    Segment::prepare(spare_, size);
    EXPECT_EQ(calls_.synced("spare"), std::string(size, '\0')) << size << " bytes";
    EXPECT_EQ(calls_.take(), Names{"sync spare"});
  }
}

TEST_F(SegmentSyncTest, HasItsHeaderOnTheDiskBeforeItsNameAndItsNameBeforeItsRecords) {
  Segment::prepare(spare_, kSize);
  calls_.take();

  const Segment segment = begin(true);

  EXPECT_NE(calls_.synced("spare"), std::string(kSize, '\0'));
  EXPECT_EQ(calls_.synced("spare"), io::read_if_there(file_));
  EXPECT_EQ(calls_.take(), (Names{"sync spare", "rename spare " + name_, "sync ."}));
  EXPECT_TRUE(segment.is_empty());
}

TEST_F(SegmentSyncTest, IsNotSyncedIfThatIsNotWanted) {
  Segment::prepare(spare_, kSize);
  calls_.take();
  const Segment segment = begin(false);
  EXPECT_EQ(calls_.take(), Names{"rename spare " + name_});
  rewrite_segment(file_, header_, {}, false);
  EXPECT_EQ(calls_.take(), (Names{"rename " + name_ + ".new " + name_}));
}

TEST_F(SegmentSyncTest, ItsRecordsAreOnTheDiskOnceItIsSynced) {
  Segment::prepare(spare_, kSize);
  Segment segment = begin(true);
  segment.write("records");
  segment.write(" and more");
  EXPECT_FALSE(segment.is_empty());
  calls_.take();

  segment.sync();

  EXPECT_TRUE(calls_.synced(name_).substr(Segment::kHeaderSize).starts_with("records and more"));
  EXPECT_EQ(calls_.take(), Names{"sync " + name_});
}

TEST_F(SegmentSyncTest, HasRoomUpToItsLastByte) {
  Segment::prepare(spare_, kSize);
  Segment segment = begin(false);
  EXPECT_TRUE(segment.has_room(kSize - Segment::kHeaderSize));
  EXPECT_FALSE(segment.has_room(kSize - Segment::kHeaderSize + 1));
  segment.write(std::string(100, 'x'));
  EXPECT_TRUE(segment.has_room(kSize - Segment::kHeaderSize - 100));
  EXPECT_FALSE(segment.has_room(kSize - Segment::kHeaderSize - 99));
}

TEST_F(SegmentSyncTest, IsCutAndRewrittenDurably) {
  Segment::prepare(spare_, kSize);
  begin(true).write("records");
  calls_.take();

  cut_segment(file_, 66);
  EXPECT_EQ(calls_.synced(name_).size(), 66U);
  EXPECT_EQ(calls_.take(), (Names{"cut " + name_, "sync " + name_}));

  rewrite_segment(file_, header_, {}, true);
  EXPECT_EQ(calls_.synced(name_ + ".new"), io::read_if_there(file_));
  EXPECT_EQ(calls_.take(), (Names{"sync " + name_ + ".new", "rename " + name_ + ".new " + name_}));

  sync_segment(file_, false);
  sync_segment(file_, true);
  Names calls = calls_.take();
  const auto repeated = std::ranges::unique(calls.begin() + 2, calls.end());  // until nothing is in the cache
  calls.erase(repeated.begin(), repeated.end());
  EXPECT_EQ(calls, (Names{"sync " + name_, "sync " + name_, "uncache " + name_}));
}

TEST_F(SegmentSyncTest, IsWrittenWholeHoweverOftenAWriteIsInterrupted) {
  calls_.interrupt_writes();
  Segment::prepare(spare_, kSize);
  Segment segment = begin(true);
  std::string text;
  append_record(text, {.owner = ClientId::random(), .first = 1, .rows = 1, .bytes = "a row"}, header_.key, 0);
  segment.write(text);

  const auto content = read_segment(file_);

  ASSERT_TRUE(content);
  EXPECT_EQ(std::filesystem::file_size(file_), kSize);
  ASSERT_EQ(content->records.size(), 1U);
  EXPECT_EQ(content->damage, "");
}

TEST_F(SegmentSyncTest, FailsIfTheDiskDoes) {
  Segment::prepare(spare_, kSize);
  Segment segment = begin(true);
  const auto fails = [this](const std::string& call, const auto& work) {
    calls_.fail(call, EIO);
    EXPECT_THROW(work(), std::system_error) << call;
  };
  fails("sync " + name_, [&] { segment.sync(); });
  fails("sync " + name_, [&] { cut_segment(file_, kSize); });
  fails("cut " + name_, [&] { cut_segment(file_, kSize); });
  fails("sync " + name_, [&] { sync_segment(file_, false); });
  fails("sync " + name_ + ".new", [&] { rewrite_segment(file_, header_, {}, true); });
  fails("write " + name_, [&] { segment.write("records"); });
  fails("uncache " + name_, [&] { sync_segment(file_, true); });
  fails("sync spare", [&] { Segment::prepare(spare_, kSize); });
  fails("sync spare", [&] { begin(true); });
  EXPECT_TRUE(std::filesystem::exists(spare_)) << "it has no name before it is on the disk";
}

TEST_F(SegmentSyncTest, SaysWhyAFileCannotBeOpened) {
  try {
    Segment::prepare(directory_.path() / "nowhere" / "spare", kSize);
    FAIL() << "expected an exception";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory) << error.what();
  }
}

}  // namespace
}  // namespace annals::journal
