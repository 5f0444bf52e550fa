// Properties: a segment gives back the records that were written, in their order, up to the first byte that
// changed; a write that a power cut interrupted is told from a byte that changed later, and costs no record
// of an earlier commit.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/fuzzing.h"
#include "io/durable_file.h"
#include "journal/segment.h"
#include "support/machine/temporary_directory.h"

namespace annals::journal {
namespace {

using fuzzing::require;

constexpr std::size_t kSector = 512;
constexpr std::size_t kMostCommits = 4;
constexpr std::size_t kMostRecords = 4;
constexpr std::size_t kLongest = 700;  // of a record's rows: more than a sector
constexpr std::size_t kSize = std::size_t{16} * 1024;

struct Written {
  std::vector<Record> records;
  std::vector<std::size_t> ends;  // where each record ends in the file
  std::size_t last_commit = 0;    // where the last commit begins in the file
  std::size_t before_last = 0;    // the number of records before it
  std::string text;               // the file
};

Record record_in(FuzzedDataProvider& input, std::uint64_t first) {
  const auto byte = input.ConsumeIntegralInRange<char>(1, 127);  // rows have no sector of zeros
  return {.owner = ClientId(Uuid{static_cast<std::uint8_t>(byte)}),
          .first = first,
          .rows = 1,
          .bytes = std::string(input.ConsumeIntegralInRange<std::size_t>(1, kLongest), byte)};
}

void add_commit(FuzzedDataProvider& input, const SegmentKey& key, Segment& segment, Written& written) {
  written.last_commit = written.ends.empty() ? Segment::kHeaderSize : written.ends.back();
  written.before_last = written.records.size();
  std::string text;
  const auto count = input.ConsumeIntegralInRange<std::size_t>(1, kMostRecords);
  for (std::size_t i = 0; i < count; ++i) {
    written.records.push_back(record_in(input, written.records.size()));
    append_record(text, written.records.back(), key, static_cast<std::uint32_t>(text.size()));
    written.ends.push_back(written.last_commit + text.size());
  }
  segment.write(text);
}

Written write_segment(FuzzedDataProvider& input, const std::filesystem::path& directory) {
  const SegmentKey key{.journal = Uuid{input.ConsumeIntegral<std::uint8_t>()}, .number = 1};
  const auto prepared = directory / "prepared";
  Segment::prepare(prepared, kSize);
  Segment segment(prepared, directory, {.key = key, .next = 0}, false);
  Written written;
  const auto commits = input.ConsumeIntegralInRange<std::size_t>(1, kMostCommits);
  for (std::size_t i = 0; i < commits; ++i) add_commit(input, key, segment, written);
  written.text = io::read_if_there(directory / segment_name(1)).value();
  return written;
}

std::optional<SegmentContent> segment_of(const std::string& text, const std::filesystem::path& directory) {
  const auto path = directory / segment_name(1);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  return read_segment(path);
}

SegmentContent read_back(const std::string& text, const std::filesystem::path& directory) {
  auto content = segment_of(text, directory);
  require(content.has_value(), "a segment whose header is whole to be read");
  return *std::move(content);
}

void require_beginning(const SegmentContent& content, const Written& written) {
  require(content.records.size() <= written.records.size(), "no record that was not written");
  for (std::size_t i = 0; i < content.records.size(); ++i) {
    const Record& record = content.records[i];
    require(record.owner == written.records[i].owner && record.first == written.records[i].first &&
                record.rows == written.records[i].rows && record.bytes == written.records[i].bytes,
            "the records that were written, in their order");
  }
}

void check_whole(const Written& written, const std::filesystem::path& directory) {
  const SegmentContent content = read_back(written.text, directory);
  require_beginning(content, written);
  require(content.records.size() == written.records.size() && content.damage.empty(),
          "every record of a segment that nothing happened to");
  require(content.end == written.ends.back(), "the end of the last record");
}

/// Leaves out sectors of the last commit, which are zeros then, as they were before the write.
void check_torn(FuzzedDataProvider& input, const Written& written, const std::filesystem::path& directory) {
  std::string text = written.text;
  const std::size_t end = written.ends.back();
  for (std::size_t from = written.last_commit; from < end;) {
    const std::size_t to = std::min((from / kSector + 1) * kSector, end);
    if (input.ConsumeBool()) text.replace(from, to - from, to - from, '\0');
    from = to;
  }
  const SegmentContent content = read_back(text, directory);
  require_beginning(content, written);
  require(content.records.size() >= written.before_last, "every record of the commits before the torn one");
  require(content.damage.empty() || content.is_torn, "a write that was interrupted to be known as one");
}

void change(FuzzedDataProvider& input, char& byte) {
  byte = static_cast<char>(static_cast<std::uint8_t>(byte) ^ input.ConsumeIntegralInRange<int>(1, 255));
}

void check_changed(FuzzedDataProvider& input, const Written& written,
                   const std::filesystem::path& directory) {
  std::string text = written.text;
  const std::size_t at =
      input.ConsumeIntegralInRange<std::size_t>(Segment::kHeaderSize, written.ends.back() - 1);
  change(input, text[at]);
  if (text[at] == '\0') return;  // a sector of one byte would look as if it was never written
  const SegmentContent content = read_back(text, directory);
  require_beginning(content, written);
  const auto before = std::ranges::upper_bound(written.ends, at) - written.ends.begin();
  require(std::cmp_equal(content.records.size(), before), "the records before the byte that changed");
  require(!content.damage.empty(), "a byte that changed to be noticed");
  require(!content.is_torn, "a byte that changed to be no interrupted write");
}

void check_header(FuzzedDataProvider& input, std::string text, const std::filesystem::path& directory) {
  const auto at = input.ConsumeIntegralInRange<std::size_t>(0, Segment::kHeaderSize - 1);
  change(input, text[at]);
  require(!segment_of(text, directory).has_value(), "a segment with a changed header to be none");
}

}  // namespace
}  // namespace annals::journal

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace annals::journal;
  static const annals::support::TemporaryDirectory directory;
  constexpr int kModes = 4;
  FuzzedDataProvider input(data, size);
  const int mode = input.ConsumeIntegral<std::uint8_t>() % kModes;
  const Written written = write_segment(input, directory.path());
  if (mode == 0) check_whole(written, directory.path());
  if (mode == 1) check_torn(input, written, directory.path());
  if (mode == 2) check_changed(input, written, directory.path());
  if (mode == 3) check_header(input, written.text, directory.path());
  return 0;
}
