#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "engine/embedded/engine.h"
#include "support/run.h"
#include "support/temporary_directory.h"

namespace annals::engine {
namespace {

using namespace std::chrono_literals;
using support::run;

#ifndef ANNALS_SANITIZED
constexpr int kParts = 5;
constexpr auto kUsualLimit = 100ms;

/// Scans five parts and returns what came. Before the part of that number is taken, twice the usual limit
/// passes.
std::string scan_slowly(Engine& engine, std::optional<std::chrono::milliseconds> time_limit, int slow_part) {
  std::string result;
  int parts = 0;
  const auto take = [&](const std::string& part) {
    if (++parts == slow_part) std::this_thread::sleep_for(2 * kUsualLimit);
    result += part;
    return true;
  };
  run(engine.scan({.sql = "SELECT number FROM numbers(2500) SETTINGS max_threads = 1, max_block_size = 500",
                   .time_limit = time_limit},
                  take));
  EXPECT_EQ(parts, kParts) << "the engine makes other parts than this test is about";
  return result;
}

TEST(TimeLimitTest, that_comes_between_two_parts_makes_an_error_and_no_result_that_seems_whole) {
  const support::TemporaryDirectory directory;
  const auto engine = open_embedded_engine(
      {.directory = directory.path(), .connections = 1, .statement_timeout = kUsualLimit});
  std::string whole;
  for (int number = 0; number < kParts * 500; ++number) whole += std::to_string(number) + "\n";
  for (int slow_part = 1; slow_part <= kParts; ++slow_part) {
    SCOPED_TRACE(slow_part);
    EXPECT_THROW(scan_slowly(*engine, std::nullopt, slow_part), EngineError) << "with the limit of any";
    EXPECT_THROW(scan_slowly(*engine, kUsualLimit / 2, slow_part), EngineError) << "with its own limit";
    EXPECT_EQ(scan_slowly(*engine, kNoTimeLimit, slow_part), whole);
  }
  EXPECT_EQ(scan_slowly(*engine, 1min, 1), whole);
}
#endif

}  // namespace
}  // namespace annals::engine
