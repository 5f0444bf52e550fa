#include "cli/import/batches.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/client/problem_words.h"
#include "cli/import/derived_id.h"
#include "cli/import/sources/csv_events.h"
#include "cli/import/sources/file_kind.h"
#include "envelopes/event_reader.h"
#include "text/ascii.h"

namespace annals::cli {
namespace {

using input::FieldProblem;

constexpr std::size_t kMaxLine = std::size_t{4} << 20U;  // the service's own limit
constexpr std::size_t kChunk = std::size_t{1} << 20U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct Checked {
  std::vector<std::string> problems = {};
  bool has_id = true;
};

/// Returns what a converted file says about a record that is no event, and leaves its text in `text`.
std::string flaw_in(std::string_view& text) {
  const auto end = text.find(kFlawMark, 1);
  std::string flaw(text.substr(1, end - 1));
  text.remove_prefix(std::min(end, text.size() - 1) + 1);
  return flaw;
}

Checked check(std::string_view& text) {
  if (text.starts_with(kFlawMark)) return {.problems = {flaw_in(text)}};
  Checked checked;
  const input::Place place;
  const envelopes::Fallbacks fallbacks{.event_id =
                                           [&checked] {
                                             checked.has_id = false;
                                             return Uuid{};
                                           },
                                       .event_time = Timestamp{}};
  input::Problems problems;
  if (const auto document = envelopes::parse_document(text, place)) {
    envelopes::read_event(*document, place, fallbacks, problems);
  } else {
    problems.push_back(document.error());
  }
  for (const FieldProblem& problem : problems) checked.problems.push_back(words_of(problem));
  return checked;
}

}  // namespace

ImportBatches::ImportBatches(Bytes& bytes, FilePosition start, Settings settings)
    : bytes_(bytes), start_(start), settings_(settings), cutter_(kMaxLine), taken_any_(start.offset > 0) {
  chunk_.resize(kChunk);
}

std::optional<ImportBatch> ImportBatches::next() {
  if (stop_) throw ImportStopped(*stop_);
  ImportBatch batch;
  std::size_t rows = 0;
  std::size_t bytes = 0;
  while (!stop_ && rows < settings_.max_rows && bytes < settings_.max_bytes) {
    const auto line = next_line();
    if (!line) break;
    ++rows;
    bytes += line->text.size();
    take(batch, *line);
  }
  if (batch.lines.empty() && batch.bad.empty()) {
    if (stop_) throw ImportStopped(*stop_);
    return std::nullopt;
  }
  return batch;
}

/// Returns the next line that is not blank, without the byte order mark before it, or nullopt at EOF.
std::optional<envelopes::LineCutter::Line> ImportBatches::next_line() {
  while (!waiting_.empty() || read_more()) {
    if (waiting_.empty()) continue;
    envelopes::LineCutter::Line line = waiting_.front();
    waiting_.pop_front();
    if (line.text.starts_with(kByteOrderMark)) line.text.remove_prefix(kByteOrderMark.size());
    if (!text::trim(line.text).empty()) return line;
  }
  return std::nullopt;
}

bool ImportBatches::read_more() {
  if (finished_) return false;
  const std::size_t size = at_end_ ? 0 : bytes_.read(chunk_.data(), chunk_.size());
  at_end_ = size == 0;
  finished_ = at_end_ && size == 0;
  auto lines = finished_ ? cutter_.finish() : cutter_.add(std::string_view(chunk_).substr(0, size));
  std::ranges::move(lines, std::back_inserter(waiting_));
  return true;
}

void ImportBatches::take(ImportBatch& batch, envelopes::LineCutter::Line line) {
  const std::int64_t number = start_.lines + line.number + 1;
  auto checked = line.too_long
                     ? Checked{.problems = {fmt::format("the line is longer than {} bytes", kMaxLine)}}
                     : check(line.text);
  if (!checked.problems.empty()) {
    BadLine bad{.line = number,
                .problems = std::move(checked.problems),
                .text = std::string(line.too_long ? "" : line.text)};
    if (!settings_.skip_bad) {
      if (!taken_any_) bad.problems.back() += hint_about_first_line(line.text);
      stop_ = std::move(bad);
      return;
    }
    batch.bad.push_back(std::move(bad));
  } else {
    if (checked.has_id) {
      batch.body += line.text;
    } else {
      batch.body += with_event_id(line.text, derived_event_id(number, line.text));
    }
    batch.body += '\n';
    batch.lines.push_back(number);
  }
  taken_any_ = true;
  batch.end = {.offset = start_.offset + line.end, .lines = number};
}

}  // namespace annals::cli
