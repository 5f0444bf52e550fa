#include "text/time.h"

#include <gtest/gtest.h>

namespace annals::text {
namespace {

std::string normal(std::string_view text) {
  const auto time = parse_time(text);
  return time ? format_time(*time) : "refused";
}

TEST(Time, TakesEveryFormOfRfc3339AndTellsItInUtcToTheMillisecond) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"2022-11-10T10:26:12.111Z", "2022-11-10T10:26:12.111Z"},
      {"2022-11-10T10:26:12Z", "2022-11-10T10:26:12.000Z"},
      {"2022-11-10t10:26:12z", "2022-11-10T10:26:12.000Z"},
      {"2022-11-10 10:26:12", "2022-11-10T10:26:12.000Z"},
      {"2022-11-10T10:26:12.5Z", "2022-11-10T10:26:12.500Z"},
      {"2022-11-10T10:26:12.05Z", "2022-11-10T10:26:12.050Z"},
      {"2022-11-10T10:26:12.999999999999Z", "2022-11-10T10:26:12.999Z"},
      {"2022-11-10T10:26:12.111+02:00", "2022-11-10T08:26:12.111Z"},
      {"2022-11-10T22:26:12-05:30", "2022-11-11T03:56:12.000Z"},
      {"2022-11-10T10:26:12-00:00", "2022-11-10T10:26:12.000Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
      {"1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"},
      {"1900-01-01T00:00:00Z", "1900-01-01T00:00:00.000Z"},
      {"1899-12-31T23:00:00-01:00", "1900-01-01T00:00:00.000Z"},
      {"2299-12-31T23:59:59.9999Z", "2299-12-31T23:59:59.999Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
      {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"}};
  for (const auto& [text, utc] : cases) EXPECT_EQ(normal(text), utc) << text;
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const std::string_view text : {"",
                                      "2022-11-10",
                                      "2022-11-10T",
                                      "2022-11-10T10:26",
                                      "2022-11-10T10:26Z",
                                      "2022-11-10T10:26:12.",
                                      "2022-11-10T10:26:12.Z",
                                      "2022-11-10T10:26:12,5Z",
                                      "2022-11-10T10:26:12ZZ",
                                      "2022-11-10T10:26:12 Z",
                                      "2022-11-10T10:26:12+0200",
                                      "2022-11-10T10:26:12+02",
                                      "2022-11-10T10:26:12+24:00",
                                      "2022-11-10T10:26:12+02:60",
                                      "2022-11-10T10:26:12+02:00Z",
                                      "2022-13-10T10:26:12Z",
                                      "2022-00-10T10:26:12Z",
                                      "2022-11-31T10:26:12Z",
                                      "2022-02-29T10:26:12Z",
                                      "2022-11-00T10:26:12Z",
                                      "2022-11-10T24:00:00Z",
                                      "2022-11-10T10:60:00Z",
                                      "2022-11-10T10:26:60Z",
                                      "22-11-10T10:26:12Z",
                                      "2022-1-10T10:26:12Z",
                                      "20221110T102612Z",
                                      "1668075972",
                                      "2022-11-10_10:26:12Z",
                                      " 2022-11-10T10:26:12Z",
                                      "-022-11-10T10:26:12Z",
                                      "+022-11-10T10:26:12Z",
                                      "２022-11-10T10:26:12Z"}) {
    EXPECT_EQ(normal(text), "refused") << text;
  }
}

TEST(Time, KnowsWhatTheEngineCannotHold) {
  for (const std::string_view text :
       {"1899-12-31T23:59:59.999Z", "1900-01-01T00:30:00+01:00", "2300-01-01T00:00:00Z",
        "2299-12-31T23:30:00-01:00", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"}) {
    ASSERT_TRUE(parse_time(text)) << text;
    EXPECT_FALSE(is_storable(*parse_time(text))) << text;
  }
  for (const std::string_view text : {"1899-12-31T23:00:00-01:00", "2299-12-31T23:59:59.9999Z"}) {
    EXPECT_TRUE(is_storable(*parse_time(text))) << text;
  }
}

TEST(Time, ALeapSecondIsTheLastMillisecondOfItsDay) {
  for (const std::string_view text :
       {"1998-12-31T23:59:60Z", "1998-12-31T23:59:60.999Z", "1998-12-31T15:59:60.5-08:00",
        "1999-01-01T00:59:60+01:00", "1999-01-01T05:29:60.0+05:30"}) {
    EXPECT_EQ(normal(text), "1998-12-31T23:59:59.999Z") << text;
  }
  EXPECT_EQ(normal("2012-06-30T23:59:60Z"), "2012-06-30T23:59:59.999Z");
  for (const std::string_view text :
       {"1998-12-30T23:59:60Z", "1998-12-31T23:58:60Z", "1998-12-31T22:59:60Z", "1998-12-31T23:59:60+01:00",
        "1998-12-31T23:59:61Z", "2023-02-29T23:59:60Z"}) {
    EXPECT_EQ(normal(text), "refused") << text;
  }
}

TEST(Time, EveryMomentIsReadBackAsItWasWritten) {
  const Timestamp first = *parse_time("1900-01-01T00:00:00Z");
  const Timestamp last = *parse_time("2299-12-31T23:59:59.999Z");
  constexpr std::chrono::milliseconds kStep{86'399'997 * 3};  // meets every hour, day and month
  for (Timestamp time = first; time <= last; time += kStep) {
    ASSERT_EQ(parse_time(format_time(time)), time) << format_time(time);
  }
}

}  // namespace
}  // namespace annals::text
