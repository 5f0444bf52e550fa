#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "engine/embedded/engine.h"
#include "support/coroutines/run.h"
#include "support/machine/temporary_directory.h"

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

void expect_no_cut_result(Engine& engine) {
  std::string whole;
  for (int number = 0; number < kParts * 500; ++number) whole += std::to_string(number) + "\n";
  for (int slow_part = 1; slow_part <= kParts; ++slow_part) {
    SCOPED_TRACE(slow_part);
    EXPECT_THROW(scan_slowly(engine, std::nullopt, slow_part), EngineError) << "with the limit of any";
    EXPECT_THROW(scan_slowly(engine, kUsualLimit / 2, slow_part), EngineError) << "with its own limit";
    EXPECT_EQ(scan_slowly(engine, kNoTimeLimit, slow_part), whole);
  }
  EXPECT_EQ(scan_slowly(engine, 1min, 1), whole);
}

/// Lets a statement fail in each way to run it, and asks after each.
void expect_clean(Engine& engine, const std::string& failing) {
  SCOPED_TRACE(failing);
  const Statement fails{.sql = failing, .time_limit = kUsualLimit};
  const Statement question{.sql = "SELECT 42", .time_limit = 1min};
  EXPECT_THROW(run(engine.query(fails)), EngineError);
  EXPECT_EQ(run(engine.query(question)), "42\n");
  EXPECT_THROW(run(engine.execute(fails)), EngineError);
  std::string result;
  const auto take = [&result](const std::string& part) {
    result += part;
    return true;
  };
  run(engine.scan(question, take));
  EXPECT_EQ(result, "42\n");
  EXPECT_THROW(run(engine.scan(fails, take)), EngineError);
  EXPECT_EQ(run(engine.query(question)), "42\n");
}

void expect_nothing_of_failed_statements(Engine& engine) {
  expect_clean(engine,
               "SELECT number, throwIf(number = 30000) FROM numbers(60000) SETTINGS max_threads = 1, "
               "max_block_size = 100");
  expect_clean(engine,
               "SELECT number FROM numbers(60000) SETTINGS max_threads = 1, max_block_size = 100, "
               "max_result_rows = 20000");
  expect_clean(engine,
               "SELECT number, sleepEachRow(0.001) FROM numbers(2000) SETTINGS max_threads = 1, "
               "max_block_size = 10, function_sleep_max_microseconds_per_block = 0");
}

// A process can have only one engine.
TEST(CutResultsTest, are_errors_and_leave_nothing_for_the_next_statement) {
  const support::TemporaryDirectory directory;
  const auto engine = open_embedded_engine(
      {.directory = directory.path(), .connections = 1, .statement_timeout = kUsualLimit});
  expect_no_cut_result(*engine);
  expect_nothing_of_failed_statements(*engine);
}
#endif

}  // namespace
}  // namespace annals::engine
