#include "journal/segment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "io/durable_file.h"

namespace annals::journal {
namespace {

constexpr std::string_view kMagic = "AnnalsJ1";
constexpr std::size_t kHeaderSize = Segment::kHeaderSize;

std::string encode(const Segment::Header& header) {
  std::string text(kMagic);
  text.append(reinterpret_cast<const char*>(header.key.journal.data), sizeof header.key.journal.data);
  text.append(reinterpret_cast<const char*>(&header.key.number), sizeof header.key.number);
  text.append(reinterpret_cast<const char*>(&header.next), sizeof header.next);
  const auto crc =
      static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
  text.append(reinterpret_cast<const char*>(&crc), sizeof crc);
  text.resize(kHeaderSize);
  return text;
}

std::optional<Segment::Header> decode(std::string_view text) {
  if (text.size() < kHeaderSize) return std::nullopt;
  Segment::Header header{};
  std::size_t at = kMagic.size();
  std::memcpy(header.key.journal.data, text.data() + at, sizeof header.key.journal.data);
  at += sizeof header.key.journal.data;
  std::memcpy(&header.key.number, text.data() + at, sizeof header.key.number);
  at += sizeof header.key.number;
  std::memcpy(&header.next, text.data() + at, sizeof header.next);
  if (text.substr(0, kHeaderSize) != encode(header)) return std::nullopt;
  return header;
}

void write_all(int file, std::string_view bytes, std::size_t at, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) io::fail(errno, path.string());
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += static_cast<std::size_t>(written);
  }
}

void sync_file(int file, const std::filesystem::path& path) {
  if (::fdatasync(file) != 0) io::fail(errno, path.string() + ": fdatasync");
}

io::Descriptor open_file(const std::filesystem::path& path, int flags) {
  constexpr int kMode = 0600;
  io::Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, kMode));
  if (!file.open()) io::fail(errno, path.string());
  return file;
}

/// Returns where the first valid record begins that does not begin before `from`.
std::optional<std::size_t> find_record(std::string_view text, std::size_t from, const SegmentKey& key) {
  for (std::size_t at = from; at + kRecordHeader < text.size(); ++at) {
    if (text[at] == '\0') {  // most of what is looked at is zeros, and a header of zeros is none
      const auto next = text.find_first_not_of('\0', at);
      if (next == std::string_view::npos) return std::nullopt;
      at = std::max(at, next - std::min(next, kRecordHeader - 1));
    }
    std::size_t end = at;
    if (read_record(text, end, key)) return at;
  }
  return std::nullopt;
}

/// Returns whether a valid record of a later commit begins anywhere behind `from`: then everything up to
/// there had been synced. Records of the same commit may be on the disk although an earlier one is not.
bool has_commit_behind(std::string_view text, std::size_t from, const SegmentKey& key) {
  for (auto at = find_record(text, from + 1, key); at;) {
    if (commit_begin(text, *at) > from) return true;
    at = find_record(text, record_end(text, *at), key);
  }
  return false;
}

/// Returns whether some sector of what follows the last record was never written. The file was full of zeros
/// before, and a disk writes a sector as a whole: without such a sector the record was written and has
/// changed since.
bool has_unwritten_sector(std::string_view text, std::size_t end) {
  constexpr std::size_t kSector = 512;
  const std::size_t last = record_end(text, end);
  for (std::size_t from = end; from < last;) {
    const std::size_t to = std::min((from / kSector + 1) * kSector, last);
    if (text.substr(from, to - from).find_first_not_of('\0') == std::string_view::npos) return true;
    from = to;
  }
  return false;
}

/// Returns whether the record that begins at `at` was written whole and only its length has changed since.
/// With a length that is too large it seems to have sectors that were never written.
bool has_changed_length(std::string_view text, std::size_t at, const SegmentKey& key) {
  constexpr std::size_t kMostZeros = 256;  // at the end of rows
  if (const auto next = find_record(text, at + 1, key)) {
    return is_valid_but_for_its_length(text, at, *next, *next, key);
  }
  const std::size_t end = text.find_last_not_of('\0') + 1;
  return is_valid_but_for_its_length(text, at, end, std::min(end + kMostZeros, text.size()), key);
}

}  // namespace

std::string segment_name(std::uint64_t number) {
  return fmt::format("{:012}.journal", number);
}

void Segment::prepare(const std::filesystem::path& path, std::size_t size) {
  const io::Descriptor file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
  constexpr std::size_t kPart = std::size_t{1} << 20U;
  const std::string zeros(std::min(size, kPart), '\0');
  for (std::size_t at = 0; at < size; at += kPart) {
    write_all(file.get(), std::string_view(zeros).substr(0, std::min(kPart, size - at)), at, path);
  }
  if (::fsync(file.get()) != 0) io::fail(errno, path.string() + ": fsync");
}

Segment::Segment(const std::filesystem::path& prepared, const std::filesystem::path& directory, Header header,
                 bool fsync)
    : key_(header.key),
      file_(open_file(prepared, O_RDWR)),
      path_(directory / segment_name(header.key.number)),
      size_(std::filesystem::file_size(prepared)),
      end_(kHeaderSize) {
  write_all(file_.get(), encode(header), 0, prepared);
  if (fsync) sync_file(file_.get(), prepared);
  std::filesystem::rename(prepared, path_);
  if (fsync) io::sync_directory(directory);
}

bool Segment::is_empty() const {
  return end_ == kHeaderSize;
}

void Segment::write(std::string_view records) {
  write_all(file_.get(), records, end_, path_);
  end_ += records.size();
}

void Segment::sync() {
  sync_file(file_.get(), path_);
}

std::optional<SegmentContent> read_segment(const std::filesystem::path& path) {
  const auto text = io::read_if_there(path).value_or("");
  const auto header = decode(text);
  if (!header) return std::nullopt;
  SegmentContent content{
      .header = *header, .records = {}, .end = kHeaderSize, .damage = {}, .is_torn = false};
  while (auto record = read_record(text, content.end, header->key)) {
    content.records.push_back(*std::move(record));
  }
  const auto rest = text.find_first_not_of('\0', content.end);
  if (rest == std::string::npos) return content;
  content.damage = fmt::format("what begins at byte {} is no valid record", content.end);
  content.is_torn = has_unwritten_sector(text, content.end) &&
                    !has_commit_behind(text, content.end, header->key) &&
                    !has_changed_length(text, content.end, header->key);
  return content;
}

void cut_segment(const std::filesystem::path& path, std::size_t end) {
  const io::Descriptor file = open_file(path, O_RDWR);
  if (::ftruncate(file.get(), static_cast<off_t>(end)) != 0 || ::fsync(file.get()) != 0)
    io::fail(errno, path.string());
}

void sync_segment(const std::filesystem::path& path, bool forget_cached) {
  const io::Descriptor file = open_file(path, O_RDWR);
  sync_file(file.get(), path);
  if (forget_cached) io::drop_cached(file, path);
}

void rewrite_segment(const std::filesystem::path& path, const Segment::Header& header,
                     const std::vector<const Record*>& records, bool fsync) {
  std::string text = encode(header);
  for (const Record* record : records) append_record(text, *record, header.key, 0);
  const std::filesystem::path next = path.string() + ".new";
  {
    const io::Descriptor file = open_file(next, O_WRONLY | O_CREAT | O_TRUNC);
    write_all(file.get(), text, 0, next);
    if (fsync) sync_file(file.get(), next);
  }
  std::filesystem::rename(next, path);
}

}  // namespace annals::journal
