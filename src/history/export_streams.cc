#include "history/export_streams.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "events/csv_row.h"

namespace annals::history {
namespace {

using boost::asio::awaitable;
using engine::ResultStream;

/// Puts a text before a result, also before an empty one.
class WithHead final : public ResultStream {
 public:
  WithHead(std::string head, std::unique_ptr<ResultStream> rows)
      : rows_(std::move(rows)), head_(std::move(head)) {}

  awaitable<std::optional<std::string>> next() override {
    auto part = co_await rows_->next();  // first, because it may throw
    if (head_.empty()) co_return part;
    co_return std::exchange(head_, {}) + part.value_or("");
  }

 private:
  std::unique_ptr<ResultStream> rows_;
  std::string head_;
};

/// Appends the line of one event.
using AppendLine = void (*)(std::string& lines, const events::RowView& row, events::NumberStyle style);

class Lines final : public ResultStream {
 public:
  Lines(std::unique_ptr<ResultStream> rows, AppendLine append, events::NumberStyle style)
      : rows_(std::move(rows)), append_(append), style_(style) {}

  awaitable<std::optional<std::string>> next() override {
    std::string lines;
    while (lines.empty()) {
      const auto part = co_await rows_->next();
      if (!part) break;
      rest_ += *part;
      lines = take_lines();
    }
    if (!lines.empty()) co_return lines;
    if (!rest_.empty()) throw std::logic_error("the engine's rows end in the middle of one");
    co_return std::nullopt;
  }

 private:
  std::string take_lines() {
    std::string lines;
    std::size_t at = 0;
    while (const auto row = events::read_row(rest_, at, events::RowShape::event)) {
      append_(lines, *row, style_);
    }
    rest_.erase(0, at);
    return lines;
  }

  std::unique_ptr<ResultStream> rows_;
  AppendLine append_;
  events::NumberStyle style_;
  std::string rest_;  // the beginning of a row whose end has not arrived yet
};

void append_json_line(std::string& lines, const events::RowView& row, events::NumberStyle style) {
  const std::size_t begin = lines.size();
  events::append_json(lines, row, style);
  // A line break in JSON is white space between tokens; here it would end the event.
  std::replace_if(
      lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
  lines += '\n';
}

void append_csv_line(std::string& lines, const events::RowView& row, events::NumberStyle /*style*/) {
  events::append_csv(lines, row);
}

}  // namespace

std::unique_ptr<ResultStream> json_lines(std::unique_ptr<ResultStream> rows, events::NumberStyle style) {
  return std::make_unique<Lines>(std::move(rows), append_json_line, style);
}

std::unique_ptr<ResultStream> csv_lines(std::unique_ptr<ResultStream> rows) {
  return with_csv_head(
      std::make_unique<Lines>(std::move(rows), append_csv_line, events::NumberStyle::numbers));
}

std::unique_ptr<ResultStream> with_csv_head(std::unique_ptr<ResultStream> lines) {
  return std::make_unique<WithHead>(events::csv_head(), std::move(lines));
}

}  // namespace annals::history
