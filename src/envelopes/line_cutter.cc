#include "envelopes/line_cutter.h"

#include <utility>

#include "text/utf8.h"

namespace annals::envelopes {
namespace {

std::size_t memory_of(const std::string& text) {
  const bool is_within_itself = text.capacity() == std::string().capacity();
  return is_within_itself ? 0 : text.capacity();
}

}  // namespace

/// Returns the part of the piece that fits after `rest_` within the maximum length.
std::string_view LineCutter::fitting(std::string_view piece) const {
  return piece.substr(0, max_line_ - rest_.size());
}

void LineCutter::end_line(std::vector<Line>& lines, std::string_view text) {
  text = text::without_byte_order_mark(text);
  const bool blank = !too_long_ && text.find_first_not_of(" \t\r") == std::string_view::npos;
  if (!blank) lines.push_back({.number = number_, .text = text, .too_long = too_long_, .end = read_});
  ++number_;
  too_long_ = false;
}

std::vector<LineCutter::Line> LineCutter::add(std::string_view chunk) {
  std::vector<Line> lines;
  while (!chunk.empty()) {
    const std::size_t end = chunk.find('\n');
    const bool ends = end != std::string_view::npos;
    const std::string_view whole_piece = chunk.substr(0, end);
    const std::string_view piece = fitting(whole_piece);
    too_long_ = too_long_ || piece.size() < whole_piece.size();
    read_ += whole_piece.size() + (ends ? 1 : 0);
    if (ends && rest_.empty()) {
      end_line(lines, piece);
    } else {
      rest_ += piece;
      if (!ends) break;
      carried_ = std::exchange(rest_, {});
      end_line(lines, carried_);
    }
    chunk.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<LineCutter::Line> LineCutter::finish() {
  std::vector<Line> lines;
  carried_ = std::exchange(rest_, {});
  end_line(lines, carried_);
  return lines;
}

void LineCutter::free_lines() {
  std::string().swap(carried_);  // assigning an empty string would keep the memory
}

std::size_t LineCutter::memory() const {
  return memory_of(rest_) + memory_of(carried_);
}

}  // namespace annals::envelopes
