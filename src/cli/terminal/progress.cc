#include "cli/terminal/progress.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

namespace annals::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kRedraw = 100ms;
constexpr auto kLineNowAndThen = 10s;
constexpr int kBarWidth = 24;

std::string duration_text(double seconds) {
  const auto all = static_cast<std::int64_t>(std::ceil(seconds));
  constexpr std::int64_t kHour = 3600;
  constexpr std::int64_t kMinute = 60;
  if (all >= kHour) {
    return fmt::format("{}:{:02}:{:02}", all / kHour, all % kHour / kMinute, all % kMinute);
  }
  return fmt::format("{}:{:02}", all / kMinute, all % kMinute);
}

std::string bar(double part) {
  const int full = static_cast<int>(part * kBarWidth);
  std::string text(static_cast<std::size_t>(full), '=');
  if (full < kBarWidth) text += '>';
  text.resize(kBarWidth, ' ');
  return fmt::format("[{}] {:3.0f} %  ", text, std::floor(part * 100));
}

}  // namespace

std::string size_text(double bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  constexpr double kStep = 1024;
  for (; bytes >= kStep && unit + 1 < kUnits.size(); ++unit) bytes /= kStep;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, kUnits[unit]);
}

std::string progress_line(const ProgressState& state) {
  const double seconds = std::max(std::chrono::duration<double>(state.elapsed).count(), 0.001);
  const auto rows = static_cast<double>(state.done.rows - state.before.rows);
  const auto bytes = static_cast<double>(state.done.bytes - state.before.bytes);
  std::string line = state.part ? bar(*state.part) : "";
  if (state.done.rows > 0) {
    line += fmt::format("{} rows  {:.0f} rows/s  ", state.done.rows, rows / seconds);
  }
  line +=
      fmt::format("{}  {}/s", size_text(static_cast<double>(state.done.bytes)), size_text(bytes / seconds));
  const double gained = state.part.value_or(0) - state.part_before;
  if (state.part && gained > 0) {
    line += fmt::format("  {} left", duration_text(seconds / gained * (1 - *state.part)));
  }
  return line;
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
  const std::string line = progress_line({.before = before_,
                                          .done = done,
                                          .part = part(done),
                                          .part_before = part(before_).value_or(0),
                                          .elapsed = elapsed()});
  // The last sequence clears the rest of a longer line that was there before.
  fmt::print(stderr, "{}annals {}: {}{}", terminal_ ? "\r" : "", command_, line, terminal_ ? "\x1b[K" : "\n");
  drawn_ = terminal_;
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
