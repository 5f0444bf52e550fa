// Properties: parse_time() takes exactly the texts that RFC 3339's grammar has, with the leap seconds that
// can be, and finds the point in time that Hinnant's algorithm and glibc's timegm() find; format_time()
// writes what glibc's gmtime_r() finds, and what it writes is read as the same time.
#include <ctime>
#include <optional>
#include <regex>
#include <string>

#include <fmt/format.h>

#include "fuzz/fuzzing.h"
#include "text/time.h"

namespace annals::text {
namespace {

using fuzzing::require;
using fuzzing::require_same;
using std::chrono::milliseconds;

constexpr std::size_t kLongest = 48;

// A time as it is written.
struct Written {
  int year;
  unsigned month;
  unsigned day;
  int hour;
  int minute;
  int second;
  int millisecond;
  std::int64_t offset;  // minutes
};

// "Days from civil" of https://howardhinnant.github.io/date_algorithms.html, for years from 0 on.
std::int64_t days_from_civil(int year, unsigned month, unsigned day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

unsigned days_in(int year, unsigned month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

std::optional<Written> match(const std::string& text) {
  static const std::regex form(
      R"((\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.(\d+))?([Zz]|([+-])(\d\d):(\d\d))?)");
  std::smatch parts;
  if (!std::regex_match(text, parts, form)) return std::nullopt;
  const auto number = [&parts](std::size_t i) { return parts[i].matched ? std::stoi(parts[i]) : 0; };
  const std::int64_t offset = std::int64_t{60} * number(11) + number(12);
  if (number(11) > 23 || number(12) > 59) return std::nullopt;
  return Written{.year = number(1),
                 .month = static_cast<unsigned>(number(2)),
                 .day = static_cast<unsigned>(number(3)),
                 .hour = number(4),
                 .minute = number(5),
                 .second = number(6),
                 .millisecond = std::stoi((parts[8].str() + "000").substr(0, 3)),
                 .offset = parts[10] == "-" ? -offset : offset};
}

std::optional<milliseconds> expected_time(const std::string& text) {
  const auto written = match(text);
  if (!written) return std::nullopt;
  const auto& [year, month, day, hour, minute, second, millisecond, offset] = *written;
  if (month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t minutes =
      days_from_civil(year, month, day) * 1440 + std::int64_t{60} * hour + minute - offset;
  const std::int64_t seconds = minutes * 60 + second;
  if (second < 60) {
    tm fields{};
    fields.tm_year = year - 1900;
    fields.tm_mon = static_cast<int>(month) - 1;
    fields.tm_mday = static_cast<int>(day);
    fields.tm_hour = hour;
    fields.tm_min = minute;
    fields.tm_sec = second;
    require(timegm(&fields) - offset * 60 == seconds, "two oracles that agree");
    return milliseconds(seconds * 1000 + millisecond);
  }
  // A leap second ends the last minute of a month in UTC.
  const std::time_t next = seconds;
  tm after{};
  gmtime_r(&next, &after);
  if (after.tm_mday != 1 || after.tm_hour != 0 || after.tm_min != 0 || after.tm_sec != 0) return std::nullopt;
  return milliseconds(seconds * 1000 - 1);
}

void check_reading(const std::string& text) {
  const auto time = parse_time(text);
  const auto expected = expected_time(text);
  require(time.has_value() == expected.has_value(), expected ? "a time to be taken" : "a text that is none");
  if (time) require(time->time_since_epoch() == *expected, "the point in time of the oracle");
}

void check_writing(std::int64_t count) {
  const Timestamp time{milliseconds(count)};
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t seconds = second.time_since_epoch().count();
  tm fields{};
  gmtime_r(&seconds, &fields);
  const std::string expected =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", fields.tm_year + 1900, fields.tm_mon + 1,
                  fields.tm_mday, fields.tm_hour, fields.tm_min, fields.tm_sec, (time - second).count());
  const std::string written = format_time(time);
  require_same(written, expected, "the time as text");
  require(parse_time(written) == time, "the text of a time to be read as that time");
}

}  // namespace
}  // namespace annals::text

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using annals::text::kEarliestTime;
  using annals::text::kLatestTime;
  FuzzedDataProvider input(data, size);
  const auto time = input.ConsumeIntegralInRange<std::int64_t>(kEarliestTime.time_since_epoch().count(),
                                                               kLatestTime.time_since_epoch().count());
  annals::text::check_writing(time);
  annals::text::check_reading(input.ConsumeRandomLengthString(annals::text::kLongest));
  return 0;
}
