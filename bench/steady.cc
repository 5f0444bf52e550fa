// `./dev bench steady [MINUTES]` sends single events to one tenant for ten minutes and prints, each minute,
// what that has taken. bench/README.md has the last results.

#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "at_once.h"
#include "house.h"
#include "sample_events.h"
#include "used.h"

namespace annals::bench {
namespace {

constexpr std::size_t kConnections = 64;

boost::asio::awaitable<Samples> send(House* house, std::string client, std::uint64_t first,
                                     Clock::time_point end) {
  KeptConnection connection(house->load().get_executor(), house->port());
  Samples times;
  for (std::uint64_t number = first; Clock::now() < end; ++number) {
    const auto start = Clock::now();
    const auto reply = co_await connection.send(
        House::request("POST", "/api/events", "application/json", client, json_of(make_event(number))));
    times.add(Clock::now() - start);
    if (reply.status >= 300) throw std::runtime_error("refused: " + reply.body);
  }
  co_return times;
}

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
      return send(&house, client, (static_cast<std::uint64_t>(minute) * kConnections + i) << 32U, end);
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
  std::string pattern = (std::filesystem::temp_directory_path() / "annals-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return 1;
  annals::bench::run(pattern, argc > 1 ? std::stoi(argv[1]) : kMinutes);
  std::filesystem::remove_all(pattern);
  return 0;
}
