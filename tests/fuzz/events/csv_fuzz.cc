// Properties: records of CSV are the same whether the text comes whole or in pieces; what is written as RFC
// 4180 says is read as it was meant; and each line that a file of events becomes is a JSON object or says why
// it is none.
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "cli/import/sources/csv_events.h"
#include "cli/import/sources/csv_records.h"
#include "fuzz/fuzzing.h"
#include "input/json_value.h"
#include "text/utf8.h"

namespace annals::cli {
namespace {

using fuzzing::pieces_of;
using fuzzing::require;
using Rows = std::vector<std::vector<std::string>>;

/// Returns the records, or nullopt if the text is refused.
std::optional<Rows> records_of(std::string_view text, std::uint8_t cuts) {
  Rows rows;
  CsvRecords records(',');
  const auto take = [&rows](CsvRecord record) { rows.push_back(std::move(record.fields)); };
  try {
    for (const std::string_view piece : pieces_of(text, cuts)) records.add(piece, take);
    records.finish(take);
  } catch (const BrokenFile&) {
    return std::nullopt;
  }
  return rows;
}

/// Writes a field between quotes, with each quote of its own doubled (RFC 4180, section 2).
std::string quoted(std::string_view field) {
  std::string text = "\"";
  for (const char c : field) text.append(c == '"' ? 2 : 1, c);
  return text + "\"";
}

void check_round_trip(FuzzedDataProvider& input, std::uint8_t cuts) {
  constexpr std::size_t kLongest = 40;
  constexpr std::size_t kMostFields = 4;
  Rows rows;
  std::string text;
  const std::string line_break = input.ConsumeBool() ? "\r\n" : "\n";
  while (input.remaining_bytes() > 0) {
    auto& row = rows.emplace_back();
    const auto fields = input.ConsumeIntegralInRange<std::size_t>(1, kMostFields);
    for (std::size_t i = 0; i < fields; ++i) {
      row.push_back(input.ConsumeRandomLengthString(kLongest));
      text += (i == 0 ? "" : ",") + quoted(row.back());
    }
    text += line_break;
  }
  require(records_of(text, cuts) == rows, "the fields that were written");
}

/// Reads a text in pieces.
class Pieces final : public Bytes {
 public:
  Pieces(std::string_view text, std::uint8_t cuts) : pieces_(pieces_of(text, cuts)) {}

  std::size_t read(char* to, std::size_t size) override {
    if (next_ == pieces_.size()) return 0;
    std::string_view& piece = pieces_[next_];
    const std::size_t count = std::min(size, piece.size());
    std::memcpy(to, piece.data(), count);
    piece.remove_prefix(count);
    if (piece.empty()) ++next_;
    return count;
  }

 private:
  std::vector<std::string_view> pieces_;
  std::size_t next_ = 0;
};

/// Returns what a file of events is read as, or nullopt if it is refused.
std::optional<std::string> events_of(std::string_view text, std::uint8_t cuts) {
  constexpr std::size_t kPart = 4096;
  Pieces pieces(text, cuts);
  const auto lines = csv_events(pieces, ',');
  std::string result;
  std::string part(kPart, '\0');
  try {
    while (const std::size_t size = lines->read(part.data(), part.size())) result.append(part, 0, size);
  } catch (const BrokenFile&) {
    return std::nullopt;
  }
  return result;
}

void check_events(const std::string& rest, std::uint8_t cuts) {
  constexpr std::size_t kDeepest = 600;  // more than a column may be
  // An integer stays as it is written, so that the check of the event says what is wrong with it: no ids
  // here.
  const std::string text = "event_data,other_fields,note\n" + rest;
  const auto whole = events_of(text, 0);
  require(whole == events_of(text, cuts), "the same lines whether the file comes whole or in pieces");
  if (!whole) return;
  for (std::size_t begin = 0; begin < whole->size();) {
    const std::size_t end = std::min(whole->find('\n', begin), whole->size());
    const auto line = std::string_view(*whole).substr(begin, end - begin);
    begin = end + 1;
    if (line.empty() || line.front() == kFlawMark || !text::is_utf8(line)) continue;
    const auto value = input::parse_json(line, kDeepest);
    require(value && value->kind() == input::JsonValue::Kind::object, "a line to be a JSON object");
  }
}

}  // namespace
}  // namespace annals::cli

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace annals::cli;
  constexpr int kModes = 3;
  FuzzedDataProvider input(data, size);
  const auto cuts = input.ConsumeIntegral<std::uint8_t>();
  const int mode = input.ConsumeIntegral<std::uint8_t>() % kModes;
  if (mode == 0) check_round_trip(input, cuts);
  if (mode == 1) check_events(input.ConsumeRemainingBytesAsString(), cuts);
  if (mode == 2) {
    const std::string text = input.ConsumeRemainingBytesAsString();
    annals::fuzzing::require(records_of(text, 0) == records_of(text, cuts), "the same records in pieces");
  }
  return 0;
}
