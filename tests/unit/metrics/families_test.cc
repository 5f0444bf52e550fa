#include "metrics/families.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "metrics/process.h"

namespace annals::metrics {
namespace {

using namespace std::chrono_literals;

TEST(FamiliesTest, EachNameHasItsHelpItsTypeAndItsSamples) {
  Families families;
  auto seen = families.counter("seen_total", "What was seen.");
  seen.add(3, {{"kind", "a"}});
  seen.add(4, {{"kind", "b"}});
  families.gauge("level_ratio", "How high it is.").add(0.5);

  EXPECT_EQ(families.text(),
            "# HELP seen_total What was seen.\n"
            "# TYPE seen_total counter\n"
            "seen_total{kind=\"a\"} 3\n"
            "seen_total{kind=\"b\"} 4\n"
            "# HELP level_ratio How high it is.\n"
            "# TYPE level_ratio gauge\n"
            "level_ratio 0.5\n");
}

TEST(FamiliesTest, AHistogramCountsUpToItsLastBucket) {
  ops::Latencies latencies;
  for (const auto taken : {500us, 1000us, 3000us}) latencies.observe(taken);
  latencies.observe(1min);
  Families families;
  families.histogram("time_seconds", "A time.").add(latencies.snapshot(), {{"route", "/a"}});

  const std::string text = families.text();
  EXPECT_TRUE(text.contains("time_seconds_bucket{route=\"/a\",le=\"0.001\"} 2\n")) << text;
  EXPECT_TRUE(text.contains("time_seconds_bucket{route=\"/a\",le=\"0.0025\"} 2\n")) << text;
  EXPECT_TRUE(text.contains("time_seconds_bucket{route=\"/a\",le=\"0.005\"} 3\n")) << text;
  EXPECT_TRUE(text.contains("time_seconds_bucket{route=\"/a\",le=\"10\"} 3\n")) << text;
  EXPECT_TRUE(text.contains("time_seconds_bucket{route=\"/a\",le=\"+Inf\"} 4\n")) << text;
  EXPECT_TRUE(text.contains("time_seconds_count{route=\"/a\"} 4\n")) << text;
  EXPECT_TRUE(text.contains("time_seconds_sum{route=\"/a\"} 60.0045")) << text;
}

TEST(FamiliesTest, AValueOfALabelCannotBreakItsLine) {
  Families families;
  families.gauge("one", "One.").add(1, {{"name", "a\"b\\c\nd"}});
  EXPECT_TRUE(families.text().contains(R"(one{name="a\"b\\c\nd"} 1)")) << families.text();
}

TEST(FamiliesTest, WhatWouldMakeTheScrapeInvalidIsRefused) {
  Families families;
  families.gauge("one", "One.");
  EXPECT_THROW(families.counter("one", "One."), std::invalid_argument);
  EXPECT_THROW(families.gauge("two", "Two\nlines."), std::invalid_argument);
  EXPECT_THROW(families.gauge("three", "A back\\slash."), std::invalid_argument);
}

TEST(ProcessTest, TellsWhatTheSystemKnowsOfThisProcess) {
  Families families;
  add_process(families);
  const std::string text = families.text();
  for (const std::string name :
       {"process_cpu_seconds_total", "process_start_time_seconds", "process_virtual_memory_bytes",
        "process_resident_memory_bytes", "process_open_fds", "process_max_fds"}) {
    EXPECT_TRUE(text.contains("\n" + name + " ")) << name << " in\n" << text;
  }
}

}  // namespace
}  // namespace annals::metrics
