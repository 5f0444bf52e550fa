#include "events/line_cutter.h"

#include <utility>

namespace annals::events {

void LineCutter::keep(std::string_view piece) {
  const std::size_t room = max_line_ - rest_.size();
  if (piece.size() > room) too_long_ = true;
  rest_ += piece.substr(0, room);
}

void LineCutter::end_line(std::vector<Line>& lines) {
  const bool blank = !too_long_ && rest_.find_first_not_of(" \t\r") == std::string::npos;
  if (!blank)
    lines.push_back({.number = number_, .text = std::move(rest_), .too_long = too_long_, .end = read_});
  ++number_;
  rest_.clear();
  too_long_ = false;
}

std::vector<LineCutter::Line> LineCutter::add(std::string_view chunk) {
  std::vector<Line> lines;
  while (!chunk.empty()) {
    const std::size_t end = chunk.find('\n');
    keep(chunk.substr(0, end));
    read_ += end == std::string_view::npos ? chunk.size() : end + 1;
    if (end == std::string_view::npos) break;
    end_line(lines);
    chunk.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<LineCutter::Line> LineCutter::finish() {
  std::vector<Line> lines;
  end_line(lines);
  return lines;
}

}  // namespace annals::events
