#include "journal/record.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace annals::journal {
namespace {

constexpr std::size_t kCrcSize = sizeof(std::uint32_t);

// Where the parts of a header begin.
constexpr std::size_t kLength = 4;
constexpr std::size_t kFirst = 8;
constexpr std::size_t kOwner = 16;
constexpr std::size_t kRows = 32;
constexpr std::size_t kInCommit = 36;

static_assert(std::endian::native == std::endian::little, "the files are little-endian");

template <class Integer>
void append_integer(std::string& text, Integer value) {
  text.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Integer>
Integer integer_at(std::string_view text, std::size_t at) {
  Integer value{};
  std::memcpy(&value, text.data() + at, sizeof value);
  return value;
}

uLong extend(uLong crc, const void* bytes, std::size_t size) {
  return ::crc32_z(crc, static_cast<const Bytef*>(bytes), size);
}

std::uint32_t crc_of(std::string_view covered, const SegmentKey& key) {
  uLong crc = extend(0, key.journal.data, sizeof key.journal.data);
  crc = extend(crc, &key.number, sizeof key.number);
  return static_cast<std::uint32_t>(extend(crc, covered.data(), covered.size()));
}

}  // namespace

void NumberedRows::number_from(std::uint64_t first) {
  for (const std::uint32_t start : starts) {
    std::memcpy(bytes.data() + start, &first, sizeof first);
    ++first;
  }
}

void append_record(std::string& text, const Record& record, const SegmentKey& key, std::uint32_t in_commit) {
  const std::size_t begin = text.size();
  append_integer(text, std::uint32_t{0});
  append_integer(text, static_cast<std::uint32_t>(record.bytes.size()));
  append_integer(text, record.first);
  text.append(reinterpret_cast<const char*>(record.owner.uuid().data), sizeof record.owner.uuid().data);
  append_integer(text, record.rows);
  append_integer(text, in_commit);
  text += record.bytes;
  const std::uint32_t crc = crc_of(std::string_view(text).substr(begin + kCrcSize), key);
  std::memcpy(text.data() + begin, &crc, sizeof crc);
}

std::optional<Record> read_record(std::string_view text, std::size_t& at, const SegmentKey& key) {
  if (text.size() < at || text.size() - at < kRecordHeader) return std::nullopt;
  const std::string_view rest = text.substr(at);
  const auto length = integer_at<std::uint32_t>(rest, kLength);
  if (length == 0 || length > rest.size() - kRecordHeader) return std::nullopt;
  const std::string_view whole = rest.substr(0, kRecordHeader + length);
  if (integer_at<std::uint32_t>(whole, 0) != crc_of(whole.substr(kCrcSize), key)) return std::nullopt;
  Uuid owner;
  std::memcpy(owner.data, whole.data() + kOwner, sizeof owner.data);
  at += whole.size();
  return Record{.owner = ClientId(owner),
                .first = integer_at<std::uint64_t>(whole, kFirst),
                .rows = integer_at<std::uint32_t>(whole, kRows),
                .bytes = std::string(whole.substr(kRecordHeader))};
}

bool is_valid_but_for_its_length(std::string_view text, std::size_t at, std::size_t first_end,
                                 std::size_t last_end, const SegmentKey& key) {
  const std::size_t begin = at + kRecordHeader;  // of its rows
  if (first_end <= begin || last_end > text.size()) return false;
  std::string header(text.substr(at + kCrcSize, kRecordHeader - kCrcSize));
  uLong rows = extend(0, text.data() + begin, first_end - begin);
  for (std::size_t end = first_end; end <= last_end; ++end) {
    const auto length = static_cast<std::uint32_t>(end - begin);
    std::memcpy(header.data() + kLength - kCrcSize, &length, sizeof length);
    const uLong crc = ::crc32_combine(crc_of(header, key), rows, static_cast<z_off_t>(length));
    if (static_cast<std::uint32_t>(crc) == integer_at<std::uint32_t>(text, at)) return true;
    if (end < last_end) rows = extend(rows, text.data() + end, 1);
  }
  return false;
}

std::size_t commit_begin(std::string_view text, std::size_t at) {
  return at - std::min<std::size_t>(at, integer_at<std::uint32_t>(text, at + kInCommit));
}

std::size_t record_end(std::string_view text, std::size_t at) {
  const std::size_t rest = text.size() - at;
  const std::size_t length = rest < kRecordHeader ? 0 : integer_at<std::uint32_t>(text, at + kLength);
  if (length > 0 && length <= rest - kRecordHeader) return at + kRecordHeader + length;
  const auto last = text.find_last_not_of('\0');
  if (last == std::string_view::npos || last < at) return at;
  return at + std::max(last + 1 - at, std::min(rest, kRecordHeader));
}

}  // namespace annals::journal
