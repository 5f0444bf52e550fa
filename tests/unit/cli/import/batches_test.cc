#include "cli/import/batches.h"

#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/cli/files.h"

namespace annals::cli {
namespace {

constexpr std::string_view kId = "0b0f5a3e-6d5c-4e0e-9f0a-1a2b3c4d5e6f";

std::string event(int record, std::string_view id = kId) {
  const std::string first = id.empty() ? "" : fmt::format(R"("event_id":"{}",)", id);
  return fmt::format(
      R"({{{}"event_time":"2024-01-01T00:00:00Z","event_type_id":1,"record_id":{},"source_id":2,"source_type_id":3,"event_data":[1.50]}})",
      first, record);
}

/// The next batch, which must be there.
ImportBatch next_of(ImportBatches& batches) {
  auto batch = batches.next();
  if (!batch) throw std::runtime_error("expected a batch, found the end of the file");
  return *std::move(batch);
}

/// A file, open for reading from `offset`.
class OpenFile {
 public:
  explicit OpenFile(const std::string& content, std::uint64_t offset = 0)
      : descriptor_(::open(testing::write(directory_.path() / "events.ndjson", content).c_str(), O_RDONLY)) {
    ::lseek(descriptor_, static_cast<off_t>(offset), SEEK_SET);
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  [[nodiscard]] Bytes& bytes() const { return bytes_; }

 private:
  testing::TemporaryDirectory directory_;
  int descriptor_;
  mutable FileBytes bytes_{descriptor_};
};

TEST(ImportBatches, TakesSoManyLinesAndSaysWhereTheNextBegins) {
  const std::string content = event(1) + "\n\n" + event(2) + "\r\n" + event(3);
  const OpenFile file(content);
  ImportBatches batches(file.bytes(), {}, {.max_rows = 2});

  const auto first = next_of(batches);
  const auto second = next_of(batches);

  EXPECT_EQ(first.body, event(1) + "\n" + event(2) + "\r\n");
  EXPECT_EQ(first.lines, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(first.end.offset, content.size() - event(3).size());
  EXPECT_EQ(first.end.lines, 3);
  EXPECT_EQ(second.body, event(3) + "\n");
  EXPECT_EQ(second.end.offset, content.size());
  EXPECT_FALSE(batches.next());
}

TEST(ImportBatches, GoesOnFromAPlaceAsIfItHadNeverStopped) {
  std::string content;
  for (int i = 0; i < 10; ++i) content += event(i, "") + "\n";
  const OpenFile whole(content);
  ImportBatches all(whole.bytes(), {}, {.max_rows = 4});
  const auto first = next_of(all);
  const auto expected = next_of(all);

  const OpenFile rest(content, first.end.offset);
  ImportBatches resumed(rest.bytes(), first.end, {.max_rows = 4});
  const auto got = next_of(resumed);

  EXPECT_EQ(got.body, expected.body);
  EXPECT_EQ(got.lines, expected.lines);
  EXPECT_EQ(got.end.offset, expected.end.offset);
}

TEST(ImportBatches, GivesAnIdToLinesWithoutOneOnly) {
  const OpenFile file(event(1, "") + "\n" + event(1, "") + "\n" + event(1) + "\n");
  ImportBatches batches(file.bytes(), {}, {});

  const auto batch = next_of(batches);

  const auto second = batch.body.find('\n') + 1;
  EXPECT_TRUE(batch.body.starts_with(R"({"event_id":")")) << batch.body;
  EXPECT_NE(batch.body.substr(0, 50), batch.body.substr(second, 50)) << "two lines are two events";
  EXPECT_TRUE(batch.body.ends_with("\n" + event(1) + "\n"));
}

TEST(ImportBatches, StopsAtABadLineAfterThoseBeforeIt) {
  const OpenFile file(event(1) + "\n{\"record_id\":true}\n" + event(2) + "\n");
  ImportBatches batches(file.bytes(), {}, {});

  const auto batch = next_of(batches);

  EXPECT_EQ(batch.body, event(1) + "\n");
  try {
    batches.next();
    FAIL() << "expected ImportStopped";
  } catch (const ImportStopped& stopped) {
    EXPECT_EQ(
        std::string(stopped.what()),
        "line 2: event_type_id: field required; record_id: value is not a valid integer; source_id: field "
        "required; source_type_id: field required; event_data: field required");
  }
}

TEST(ImportBatches, PutsBadLinesAsideWhenToldSo) {
  const OpenFile file("{\n" + event(1) + "\n[]\n");
  ImportBatches batches(file.bytes(), {}, {.skip_bad = true});

  const auto batch = next_of(batches);

  EXPECT_EQ(batch.body, event(1) + "\n");
  ASSERT_EQ(batch.bad.size(), 2U);
  EXPECT_EQ(batch.bad[0].line, 1);
  EXPECT_EQ(batch.bad[0].text, "{");
  EXPECT_EQ(batch.bad[1].words(), "line 3: value is not a valid dict");
}

TEST(ImportBatches, BadLinesCountAsRowsSoThatABatchIsBounded) {
  const OpenFile file("x\ny\nz\n");
  ImportBatches batches(file.bytes(), {}, {.max_rows = 2, .skip_bad = true});

  const auto batch = next_of(batches);

  EXPECT_EQ(batch.bad.size(), 2U);
  EXPECT_EQ(batch.end.offset, 4U);
}

TEST(ImportBatches, LeaveByteOrderMarksOutAndGiveTheSameIdsWithoutThem) {
  const std::string mark = "\xEF\xBB\xBF";
  const OpenFile plain(event(1, "") + "\n" + event(2, "") + "\n");
  const OpenFile marked(mark + event(1, "") + "\n" + mark + event(2, "") + "\n" + mark + "\n");
  ImportBatches expected(plain.bytes(), {}, {.max_rows = 1});
  ImportBatches batches(marked.bytes(), {}, {.max_rows = 1});

  EXPECT_EQ(next_of(batches).body, next_of(expected).body);
  const auto second = next_of(batches);
  EXPECT_EQ(second.body, next_of(expected).body);
  EXPECT_EQ(second.end.offset, 2 * (mark.size() + event(1, "").size() + 1));
  EXPECT_FALSE(batches.next());
}

TEST(ImportBatches, FindTheEndWhateverThePartsOfAPipe) {
  for (const std::string& content :
       {std::string(), event(1), event(1) + "\n", std::string("\n\n"), std::string(" ")}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    std::jthread writer([&content, end = ends[1]] {
      for (const char c : content) {
        if (::write(end, &c, 1) != 1) break;
      }
      ::close(end);
    });
    FileBytes bytes(ends[0]);
    ImportBatches batches(bytes, {}, {});

    const auto batch = batches.next();

    EXPECT_EQ(batch ? batch->body : "", content.starts_with('{') ? event(1) + "\n" : "");
    EXPECT_FALSE(batches.next());
    ::close(ends[0]);
  }
}

TEST(BadLine, IsAlwaysJsonWhateverTheLineHolds) {
  const BadLine bad{.line = 2, .problems = {"it is \"bad\""}, .text = "a\xFF\"b"};

  EXPECT_EQ(bad.json(), "{\"line\":2,\"errors\":[\"it is \\\"bad\\\"\"],\"text\":\"a\xEF\xBF\xBD\\\"b\"}\n");
}

}  // namespace
}  // namespace annals::cli
