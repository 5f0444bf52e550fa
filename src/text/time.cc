#include "text/time.h"

#include <chrono>

#include <fmt/format.h>

namespace annals::text {
namespace {

using namespace std::chrono_literals;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads a text from left to right. Once something does not match, everything after it fails too.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  // Reads a number of exactly `digits` digits and at most `max`.
  int number(std::size_t digits, int max) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_.empty() || !is_digit(rest_.front())) return fail();
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value <= max ? value : fail();
  }

  // Takes the next character if it is one of `characters`, and returns whether it was.
  bool take(std::string_view characters) {
    if (rest_.empty() || !characters.contains(rest_.front())) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view characters) {
    if (!take(characters)) fail();
  }

  // Reads one digit or more: the first three are milliseconds, the rest is cut off.
  std::chrono::milliseconds fraction() {
    int value = number(1, 9);
    for (int i = 0; i < 2; ++i) value = value * 10 + (next_is_digit() ? number(1, 9) : 0);
    while (next_is_digit()) rest_.remove_prefix(1);
    return std::chrono::milliseconds(value);
  }

  [[nodiscard]] bool succeeded() const { return !failed_ && rest_.empty(); }

 private:
  [[nodiscard]] bool next_is_digit() const { return !rest_.empty() && is_digit(rest_.front()); }

  int fail() {
    failed_ = true;
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

constexpr int kMaxHour = 23;
constexpr int kMaxSixtieth = 59;
constexpr int kLeapSecond = 60;

std::chrono::year_month_day read_date(Reader& reader) {
  const int year = reader.number(4, 9999);
  reader.expect("-");
  const int month = reader.number(2, 12);
  reader.expect("-");
  const int day = reader.number(2, 31);
  return std::chrono::year(year) / month / day;
}

struct TimeOfDay {
  std::chrono::milliseconds value;
  bool in_leap_second;
};

TimeOfDay read_time_of_day(Reader& reader) {
  const std::chrono::hours hours(reader.number(2, kMaxHour));
  reader.expect(":");
  const std::chrono::minutes minutes(reader.number(2, kMaxSixtieth));
  reader.expect(":");
  const std::chrono::seconds seconds(reader.number(2, kLeapSecond));
  const auto fraction = reader.take(".") ? reader.fraction() : 0ms;
  const bool in_leap_second = seconds.count() == kLeapSecond;
  // The leap second becomes the last millisecond of the one before.
  const auto rest = in_leap_second ? std::chrono::seconds(kLeapSecond) - 1ms : seconds + fraction;
  return {.value = hours + minutes + rest, .in_leap_second = in_leap_second};
}

// Reads an offset and returns how far local time is ahead of UTC; without one it is UTC.
std::chrono::minutes read_offset(Reader& reader) {
  if (reader.take("Zz")) return 0min;
  const bool behind = reader.take("-");
  if (!behind && !reader.take("+")) return 0min;
  const std::chrono::hours hours(reader.number(2, kMaxHour));
  reader.expect(":");
  const std::chrono::minutes ahead = hours + std::chrono::minutes(reader.number(2, kMaxSixtieth));
  return behind ? -ahead : ahead;
}

// Returns whether a month ends with that millisecond.
bool ends_month(Timestamp time) {
  const Timestamp next = time + 1ms;
  const auto day = std::chrono::floor<std::chrono::days>(next);
  return next == day && std::chrono::year_month_day(day).day() == std::chrono::day(1);
}

}  // namespace

std::optional<Timestamp> parse_time(std::string_view text) {
  Reader reader(text);
  const auto date = read_date(reader);
  reader.expect("Tt ");
  const auto time_of_day = read_time_of_day(reader);
  const auto offset = read_offset(reader);
  if (!reader.succeeded() || !date.ok()) return std::nullopt;
  const Timestamp time = std::chrono::sys_days(date) + time_of_day.value - offset;
  if (time_of_day.in_leap_second && !ends_month(time)) return std::nullopt;
  return time;
}

Timestamp now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string format_time(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace annals::text
