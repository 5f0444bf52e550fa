#include "cli/terminal/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

#include <fmt/format.h>

namespace annals::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kRedraw = 100ms;
constexpr auto kLineNowAndThen = 10s;
constexpr std::size_t kBarWidth = 24;

std::string duration_text(double seconds) {
  const auto all = static_cast<std::int64_t>(std::ceil(seconds));
  constexpr std::int64_t kHour = 3600;
  constexpr std::int64_t kMinute = 60;
  if (all >= kHour) {
    return fmt::format("{}:{:02}:{:02}", all / kHour, all % kHour / kMinute, all % kMinute);
  }
  return fmt::format("{}:{:02}", all / kMinute, all % kMinute);
}

/// Returns a bar of `width` columns and a blank, or nothing if that is too little to show anything.
std::string bar(double part, std::size_t width) {
  constexpr std::size_t kFrame = 3;  // the brackets and the blank
  constexpr std::size_t kLeast = 8;
  if (width < kFrame + kLeast) return "";
  const std::size_t inner = std::min(kBarWidth, width - kFrame);
  const auto full = static_cast<std::size_t>(part * static_cast<double>(inner));
  std::string text(full, '=');
  if (full < inner) text += '>';
  text.resize(inner, ' ');
  return fmt::format("[{}] ", text);
}

/// A number of the line and its importance.
struct Piece {
  int importance;
  std::string text;
};

std::vector<Piece> pieces_of(const ProgressState& state) {
  enum : std::uint8_t { byte_speed, byte_count, row_speed, row_count, time_left, part };
  const double seconds = std::max(std::chrono::duration<double>(state.elapsed).count(), 0.001);
  const auto rows = static_cast<double>(state.done.rows - state.before.rows);
  const auto bytes = static_cast<double>(state.done.bytes - state.before.bytes);
  std::vector<Piece> pieces;
  if (state.part) pieces.emplace_back(part, fmt::format("{:3.0f} %", std::floor(*state.part * 100)));
  if (state.done.rows > 0) {
    pieces.emplace_back(row_count, fmt::format("{} rows", state.done.rows));
    pieces.emplace_back(row_speed, fmt::format("{:.0f} rows/s", rows / seconds));
  }
  pieces.emplace_back(byte_count, size_text(static_cast<double>(state.done.bytes)));
  pieces.emplace_back(byte_speed, fmt::format("{}/s", size_text(bytes / seconds)));
  const double gained = state.part.value_or(0) - state.part_before;
  if (state.part && gained > 0) {
    pieces.emplace_back(time_left,
                        fmt::format("{} left", duration_text(seconds / gained * (1 - *state.part))));
  }
  return pieces;
}

std::string joined(const std::vector<Piece>& pieces) {
  std::string text;
  for (const Piece& piece : pieces) text += (text.empty() ? "" : "  ") + piece.text;
  return text;
}

std::size_t terminal_width() {
  constexpr std::size_t kUsual = 80;
  struct winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

}  // namespace

std::string size_text(double bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  constexpr double kStep = 1024;
  for (; bytes >= kStep && unit + 1 < kUnits.size(); ++unit) bytes /= kStep;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, kUnits[unit]);
}

std::string progress_line(const ProgressState& state, std::size_t width) {
  std::vector<Piece> pieces = pieces_of(state);
  std::string text = joined(pieces);
  for (; text.size() > width && pieces.size() > 1; text = joined(pieces)) {
    pieces.erase(std::ranges::min_element(pieces, {}, &Piece::importance));
  }
  text.resize(std::min(text.size(), width));
  return state.part ? bar(*state.part, width - text.size()) + text : text;
}

Progress::Progress(std::string_view command, Whole whole, Amount before)
    : command_(command), whole_(whole), before_(before), terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  clear();
}

std::optional<double> Progress::part(Amount done) const {
  const auto of = [](std::uint64_t some, std::uint64_t all) {
    return std::min(1.0, static_cast<double>(some) / static_cast<double>(all));
  };
  if (whole_.rows > 0) return of(done.rows, whole_.rows);
  if (whole_.bytes > 0) return of(done.bytes, whole_.bytes);
  return std::nullopt;
}

void Progress::show(Amount done) {
  const auto now = Clock::now();
  if (now - shown_ < (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kLineNowAndThen))) return;
  shown_ = now;
  const ProgressState state{.before = before_,
                            .done = done,
                            .part = part(done),
                            .part_before = part(before_).value_or(0),
                            .elapsed = elapsed()};
  const std::string name = fmt::format("annals {}: ", command_);
  if (!terminal_) {
    fmt::print(stderr, "{}{}\n", name, progress_line(state, std::numeric_limits<std::size_t>::max()));
    return;
  }
  // In the last column a cursor may already be in the next line, where the next redraw would begin.
  const std::size_t room = terminal_width() - 1;
  const std::string line = name + progress_line(state, room - std::min(room, name.size()));
  // The last sequence clears the rest of a longer line that was there before.
  fmt::print(stderr, "\r{}\x1b[K", line.substr(0, room));
  drawn_ = true;
}

void Progress::say(std::string_view text) {
  clear();
  fmt::print(stderr, "annals {}: {}\n", command_, text);
}

void Progress::clear() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
  drawn_ = false;
}

std::chrono::milliseconds Progress::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_);
}

}  // namespace annals::cli
