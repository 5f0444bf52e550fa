#include "cli/import/batches.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "cli/client/problem_words.h"
#include "cli/import/derived_id.h"
#include "envelopes/event_reader.h"

namespace annals::cli {
namespace {

using input::FieldProblem;

constexpr std::size_t kMaxLine = std::size_t{4} << 20U;  // the service's own limit
constexpr std::size_t kChunk = std::size_t{1} << 20U;

struct Checked {
  std::vector<std::string> problems = {};
  bool has_id = true;
};

Checked check(std::string_view text) {
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

ImportBatches::ImportBatches(int descriptor, FilePosition start, Settings settings)
    : descriptor_(descriptor), start_(start), settings_(settings), cutter_(kMaxLine) {
  chunk_.resize(kChunk);
}

std::optional<ImportBatch> ImportBatches::next() {
  if (stop_) throw ImportStopped(*stop_);
  ImportBatch batch;
  std::size_t rows = 0;
  std::size_t bytes = 0;
  while (!stop_ && rows < settings_.max_rows && bytes < settings_.max_bytes) {
    if (waiting_.empty() && !read_more()) break;
    if (waiting_.empty()) continue;
    ++rows;
    bytes += waiting_.front().text.size();
    take(batch, waiting_.front());
    waiting_.pop_front();
  }
  if (batch.lines.empty() && batch.bad.empty()) {
    if (stop_) throw ImportStopped(*stop_);
    return std::nullopt;
  }
  return batch;
}

bool ImportBatches::read_more() {
  if (at_end_) return false;
  const ssize_t got = ::read(descriptor_, chunk_.data(), chunk_.size());
  if (got < 0 && errno == EINTR) return true;
  if (got < 0) throw std::system_error(errno, std::generic_category(), "cannot read the file");
  at_end_ = got == 0;
  auto lines = at_end_ ? cutter_.finish()
                       : cutter_.add(std::string_view(chunk_).substr(0, static_cast<std::size_t>(got)));
  std::ranges::move(lines, std::back_inserter(waiting_));
  return true;
}

void ImportBatches::take(ImportBatch& batch, const envelopes::LineCutter::Line& line) {
  const std::int64_t number = start_.lines + line.number + 1;
  auto checked = line.too_long
                     ? Checked{.problems = {fmt::format("the line is longer than {} bytes", kMaxLine)}}
                     : check(line.text);
  if (!checked.problems.empty()) {
    BadLine bad{.line = number,
                .problems = std::move(checked.problems),
                .text = std::string(line.too_long ? "" : line.text)};
    if (!settings_.skip_bad) {
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
  batch.end = {.offset = start_.offset + line.end, .lines = number};
}

}  // namespace annals::cli
