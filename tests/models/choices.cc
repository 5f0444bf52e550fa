#include "models/choices.h"

#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "io/descriptor.h"
#include "models/virtual_clock.h"

namespace annals::models {
namespace {

const char* setting(const char* name) {
  return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets variables
}

int number(const char* name, int fallback) {
  const char* text = setting(name);
  return text == nullptr ? fallback : std::stoi(text);
}

std::optional<Choices::List> wanted() {
  const char* text = setting("ANNALS_MODEL_CHOICES");
  if (text == nullptr) return std::nullopt;
  Choices::List list;
  const std::string all = text;
  for (std::size_t at = 0; at < all.size(); at = std::min(all.find(',', at), all.size() - 1) + 1) {
    list.push_back(std::stoul(all.substr(at)));
  }
  return list;
}

/// Lets a sanitizer write its reports to a descriptor. Does nothing in other builds.
void report_to([[maybe_unused]] int descriptor) {
#ifdef ANNALS_SANITIZED
  __sanitizer_set_report_fd(std::bit_cast<void*>(std::intptr_t{descriptor}));
#endif
}

/// Keeps from the standard error what the service logs about faults that are made on purpose, and leaves to
/// it what a sanitizer reports.
class QuietLog {
 public:
  QuietLog() : log_(::dup(STDERR_FILENO)) {
    const io::Descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    ::dup2(nowhere.get(), STDERR_FILENO);
    report_to(log_.get());
  }
  ~QuietLog() {
    ::dup2(log_.get(), STDERR_FILENO);
    report_to(STDERR_FILENO);
  }
  QuietLog(const QuietLog&) = delete;
  QuietLog& operator=(const QuietLog&) = delete;

 private:
  io::Descriptor log_;
};

/// Returns the bounds that the variables set, or else these. A sanitizer finds what one run does wrong and
/// takes twenty times as long, so it goes with one switch less; the other builds try all orders.
Bounds bounds_of(Bounds usual) {
#ifdef ANNALS_SANITIZED
  --usual.switches;
#endif
  return {.faults = number("ANNALS_MODEL_FAULTS", usual.faults),
          .switches = number("ANNALS_MODEL_SWITCHES", usual.switches)};
}

std::string fault_of(const Run& run, Choices& choices, Visited& visited, Bounds bounds) {
  try {
    return run(choices, visited, bounds);
  } catch (const std::exception& error) {
    return error.what();
  }
}

/// Makes the run of these choices once more, and lets the test fail with its story if something is wrong.
void tell(const Choices::List& list, Bounds bounds, const Run& run) {
  Choices choices(list, true);
  Visited visited;
  const std::string fault = fault_of(run, choices, visited, bounds);
  if (fault.empty()) return;
  FAIL() << fault << "\nwhat happened:\n  " << fmt::format("{}", fmt::join(choices.lines(), "\n  "))
         << fmt::format(
                "\nto see it again: ANNALS_MODEL_FAULTS={} ANNALS_MODEL_SWITCHES={} ANNALS_MODEL_CHOICES={}",
                bounds.faults, bounds.switches, fmt::join(list, ","));
}

}  // namespace

void try_all(const std::string& name, Bounds bounds, const Run& run) {
  bounds = bounds_of(bounds);
  const QuietLog quiet;
  if (const auto list = wanted()) {
    tell(*list, bounds, run);
    return;
  }
  const auto began = real_time();
  Visited visited;
  std::size_t runs = 0;
  for (std::optional<Choices::List> list = Choices::List(); list;) {
    Choices choices(*list);
    const std::string fault = fault_of(run, choices, visited, bounds);
    ++runs;
    if (!fault.empty()) {
      tell(choices.taken(), bounds, run);
      EXPECT_TRUE(testing::Test::HasFailure()) << fault << ", which was not so when the run was made again";
      return;
    }
    list = choices.next();
  }
  const std::chrono::duration<double> took = real_time() - began;
  std::cout << fmt::format("{}: {} runs, {} states, at most {} faults and {} switches, {:.1f} s\n", name,
                           runs, visited.size(), bounds.faults, bounds.switches, took.count());
}

}  // namespace annals::models
