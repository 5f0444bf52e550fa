// `./dev bench steady [MINUTES]` sends single events to one tenant for ten minutes and prints, each minute,
// what that has taken. bench/README.md has the last results.

#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "at_once.h"
#include "house.h"
#include "sample_events.h"
#include "scratch.h"
#include "used.h"

namespace annals::bench {
namespace {

constexpr std::size_t kConnections = 64;

void run(const std::filesystem::path& directory, int minutes) {
  House house(directory);
  const std::string client = house.tenant("steady");
  std::uint64_t events = 0;
  const auto print = [&](int minute, Samples& times) {
    fmt::print(
        "minute {:>2}: {:>9} events, p50 {:.2f} ms, p99 {:.2f} ms; {:>6} files, {:>4} descriptors, {} MB "
        "resident\n",
        minute, events, times.percentile(0.5), times.percentile(0.99), files_below(directory), descriptors(),
        rss_bytes() >> 20U);
    std::fflush(stdout);
  };
  Samples none;
  print(0, none);
  for (int minute = 1; minute <= minutes; ++minute) {
    Samples times;
    const auto start = [&](std::size_t i, Clock::time_point end) {
      const auto next = [&client, number = (static_cast<std::uint64_t>(minute) * kConnections + i)
                                           << 32U]() mutable {
        return House::request("POST", "/api/events", "application/json", client,
                              json_of(make_event(number++)));
      };
      constexpr int kCreated = 201;
      return ask_until(&house, next, kCreated, end);
    };
    at_once(house, kConnections, std::chrono::minutes(1), start,
            [&times](const Samples& some) { times.add(some); });
    events += times.count();
    print(minute, times);
  }
}

}  // namespace
}  // namespace annals::bench

int main(int argc, char** argv) {
  constexpr int kMinutes = 10;
  const annals::bench::Scratch scratch;
  annals::bench::run(scratch.path(), argc > 1 ? std::stoi(argv[1]) : kMinutes);
  return 0;
}
