// Properties: what the compressor writes the decompressor reads, in any pieces; arbitrary bytes are
// decompressed to the same text in any pieces, or refused, and never to more at a time than allowed; the
// lines of NDJSON are those of a plain split, in any pieces, within their limit; and every line is an event
// or problems.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "envelopes/line_cutter.h"
#include "error.h"
#include "fuzz/events/event_checks.h"
#include "http/coding/compressor.h"
#include "http/server/decompressor.h"
#include "text/utf8.h"

namespace annals {
namespace {

using envelopes::LineCutter;
using fuzzing::pieces_of;
using fuzzing::require;
using fuzzing::require_same;
using http::Compressor;
using http::ContentCoding;

constexpr std::size_t kMaxLine = 512;
constexpr std::size_t kMaxText = std::size_t{256} * 1024;  // what is taken of a bomb

std::string compressed(std::string_view text, ContentCoding coding, std::uint8_t cuts) {
  const auto compressor = http::make_compressor(coding);
  std::string result;
  for (const std::string_view piece : pieces_of(text, cuts)) {
    result += compressor->put(piece, cuts % 2 == 0 ? Compressor::Then::more : Compressor::Then::pause);
  }
  return result + compressor->put({}, Compressor::Then::end);
}

// Returns the text, or its beginning if it is long, or nullopt if the bytes are refused.
std::optional<std::string> decompressed(std::string_view bytes, ContentCoding coding, std::uint8_t cuts) {
  const std::size_t at_most = cuts == 1 ? 7 : std::size_t{64} * 1024;
  const auto decompressor = http::make_decompressor(http::name_of(coding));
  std::string text;
  try {
    for (std::string_view piece : pieces_of(bytes, cuts)) {
      for (bool is_full = true; is_full || !piece.empty();) {
        std::string part;
        decompressor->put(piece, part, at_most);
        require(part.size() <= at_most, "no more at a time than allowed");
        is_full = part.size() == at_most;
        text += part;
        if (text.size() > kMaxText) return text.substr(0, kMaxText);
      }
    }
    decompressor->check_end();
  } catch (const Error& error) {
    require(error.code() == ErrorCode::bad_request, "broken data to be the sender's fault");
    return std::nullopt;
  }
  return text;
}

struct Line {
  std::int64_t number;
  std::string text;
  bool too_long;
  std::uint64_t end;
  bool operator==(const Line&) const = default;
};

void take(std::vector<Line>& lines, const std::vector<LineCutter::Line>& more) {
  for (const auto& [number, text, too_long, end] : more) {
    lines.push_back({.number = number, .text = std::string(text), .too_long = too_long, .end = end});
  }
}

std::vector<Line> cut(std::string_view text, std::uint8_t cuts) {
  std::vector<Line> lines;
  LineCutter cutter(kMaxLine);
  for (const std::string_view piece : pieces_of(text, cuts)) {
    take(lines, cutter.add(piece));
    require(cutter.held() <= kMaxLine, "no more held than a line");
  }
  take(lines, cutter.finish());
  return lines;
}

// Splits at every "\n", and does to each line what the cutter promises.
std::vector<Line> split(std::string_view text) {
  std::vector<Line> lines;
  std::int64_t number = 0;
  for (std::size_t begin = 0; begin <= text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const bool too_long = end - begin > kMaxLine;
    const auto line = text::without_byte_order_mark(text.substr(begin, std::min(end - begin, kMaxLine)));
    const std::uint64_t after = std::min(end + 1, text.size());
    const bool is_blank = line.find_first_not_of(" \t\r") == std::string_view::npos;
    if (!is_blank || too_long) {
      lines.push_back({.number = number, .text = std::string(line), .too_long = too_long, .end = after});
    }
    begin = end + 1;
  }
  return lines;
}

void check_lines(std::string_view text, std::uint8_t cuts) {
  const auto lines = cut(text, cuts);
  require(lines == split(text), "the lines of a plain split");
  for (const Line& line : lines) {
    if (!line.too_long)
      fuzzing::check_item(envelopes::decode_event(line.text, {"body"}, false, fuzzing::kNow));
  }
}

void check(const std::string& bytes, ContentCoding coding, bool is_compressed, std::uint8_t cuts) {
  if (is_compressed) {
    const auto whole = decompressed(bytes, coding, 0);
    require(whole == decompressed(bytes, coding, cuts), "pieces to be decompressed as the whole is");
    if (whole) check_lines(*whole, cuts);
  } else {
    const auto text = decompressed(compressed(bytes, coding, cuts), coding, cuts);
    require(text.has_value(), "what was compressed to be decompressed");
    require_same(*text, bytes, "what was compressed");
    check_lines(bytes, cuts);
  }
}

}  // namespace
}  // namespace annals

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using annals::http::ContentCoding;
  FuzzedDataProvider input(data, size);
  const auto cuts = input.ConsumeIntegral<std::uint8_t>();
  const bool is_compressed = input.ConsumeBool();
  const auto coding = input.ConsumeBool() ? ContentCoding::gzip : ContentCoding::zstd;
  annals::check(input.ConsumeRemainingBytesAsString(), coding, is_compressed, cuts);
  return 0;
}
