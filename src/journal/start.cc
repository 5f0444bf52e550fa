#include "journal/start.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include "ids/uuid.h"
#include "io/durable_file.h"
#include "ops/log.h"

namespace annals::journal {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".journal";
constexpr std::string_view kUnfinished = ".new";
constexpr const char* kFailedMark = "failed-write";

/// Returns the segments in their order, and removes what a crash has left of rewriting one.
std::vector<fs::path> segment_files(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == kExtension) files.push_back(entry.path());
    if (entry.path().extension() == kUnfinished) fs::remove(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

[[noreturn]] void refuse(const fs::path& file, const std::string& damage, std::uint64_t last_number) {
  throw std::runtime_error(fmt::format(
      "the journal is damaged: {}: {}. Acknowledged events with numbers above {} may be lost. Restore the "
      "data "
      "directory from a backup; to go on without these events, move the file to another directory",
      file.string(), damage, last_number));
}

std::optional<Uuid> read_witness(const fs::path& witness) {
  const auto text = io::read_if_there(witness);
  if (!text) return std::nullopt;
  const auto id = parse_uuid(std::string_view(*text).substr(0, text->find('\n')));
  if (!id) throw std::runtime_error(fmt::format("{} does not name a journal", witness.string()));
  return id;
}

std::uint64_t end_of(const SegmentContent& segment) {
  return segment.records.empty() ? segment.header.next
                                 : segment.records.back().first + segment.records.back().rows;
}

SegmentContent read(const fs::path& file, bool is_last, std::uint64_t next_number) {
  auto content = read_segment(file);
  if (!content) refuse(file, "it has no valid header", next_number - 1);
  std::uint64_t expected = content->header.next;
  for (const Record& record : content->records) {
    if (record.first < expected) refuse(file, "its records are not in order", expected - 1);
    expected = record.first + record.rows;
  }
  if (content->damage.empty()) return *std::move(content);
  if (!is_last || !content->is_torn) refuse(file, content->damage, expected - 1);
  cut_segment(file, content->end);
  ops::log(ops::Level::warning, "the end of the journal was cut: a write had been interrupted there",
           {{"file", file.string()}, {"bytes", content->damage}});
  return *std::move(content);
}

/// Throws unless the tables need just this journal. `found` is the one that has files here.
void check_witness(const fs::path& directory, const fs::path& witness, const std::optional<Uuid>& found) {
  const auto needed = read_witness(witness);
  if (!needed || needed == found) return;
  throw std::runtime_error(
      fmt::format("{}: the tables beside {} need the journal {}. Acknowledged events that are not in the "
                  "tables yet are in "
                  "that journal. Restore the whole data directory from one backup; to go on without these "
                  "events, remove {}",
                  directory.string(), witness.string(), uuid_text(*needed), witness.string()));
}

}  // namespace

Start read_journal(const fs::path& directory, const fs::path& witness, bool fsync) {
  fs::create_directories(directory);
  const fs::path mark = directory / kFailedMark;
  const bool has_failed = fs::exists(mark);
  const auto files = segment_files(directory);
  Start start;
  std::optional<Uuid> found;
  for (const fs::path& file : files) {
    if (fsync) sync_segment(file, has_failed);
    auto content = read(file, file == files.back(), start.next_number);
    if (found && *found != content.header.key.journal) refuse(file, "it is of another journal", 0);
    found = content.header.key.journal;
    start.next_number = std::max(start.next_number, end_of(content));
    start.next_segment = content.header.key.number + 1;
    start.segments.push_back(std::move(content));
  }
  check_witness(directory, witness, found);
  start.is_new = !read_witness(witness);
  start.id = found.value_or(random_uuid());
  if (has_failed) fs::remove(mark);
  return start;
}

void write_witness(const fs::path& witness, const Uuid& id) {
  io::replace_durably(witness, uuid_text(id) + "\n");
}

void note_failed_write(const fs::path& directory) noexcept {
  try {
    io::GrowingFile(directory / kFailedMark, 0).append("a write or a sync has failed\n");
    io::sync_directory(directory);
  } catch (const std::exception& error) {
    ops::log(ops::Level::error, "a failed write of the journal may not be remembered",
             {{"error", error.what()}});
  }
}

}  // namespace annals::journal
