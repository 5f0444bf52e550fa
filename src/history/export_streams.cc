#include "history/export_streams.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "events/row.h"

namespace annals::history {
namespace {

using boost::asio::awaitable;
using engine::ResultStream;

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

class JsonLines final : public ResultStream {
 public:
  explicit JsonLines(std::unique_ptr<ResultStream> rows) : rows_(std::move(rows)) {}

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
      const std::size_t begin = lines.size();
      events::append_json(lines, *row);
      // A line break in JSON is white space between tokens; here it would end the event.
      std::replace_if(
          lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.end(),
          [](char c) { return c == '\n' || c == '\r'; }, ' ');
      lines += '\n';
    }
    rest_.erase(0, at);
    return lines;
  }

  std::unique_ptr<ResultStream> rows_;
  std::string rest_;  // the beginning of a row whose end has not arrived yet
};

}  // namespace

std::unique_ptr<ResultStream> with_head(std::string head, std::unique_ptr<ResultStream> rows) {
  return std::make_unique<WithHead>(std::move(head), std::move(rows));
}

std::unique_ptr<ResultStream> json_lines(std::unique_ptr<ResultStream> rows) {
  return std::make_unique<JsonLines>(std::move(rows));
}

}  // namespace annals::history
