// `./dev bench watched` measures what it costs to be watched: the line that the log has for each request, and
// the metrics while somebody reads them every second. bench/README.md has the last results.

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "at_once.h"
#include "house.h"
#include "ops/log.h"
#include "sample_events.h"
#include "scratch.h"

namespace annals::bench {
namespace {

constexpr auto kTurn = std::chrono::seconds(2);
constexpr int kTurns = 6;  // of each side, one after the other, because the machine's speed changes
constexpr std::size_t kConnections = 64;

/// Sends standard error, where the log goes, to a file.
void send_log_to(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0 || ::dup2(descriptor, STDERR_FILENO) < 0)
    throw std::runtime_error("cannot open the log");
  ::close(descriptor);
}

/// Reads the metrics each second, until the end of its life.
class Scraper {
 public:
  explicit Scraper(House& house)
      : thread_([this, &house](const std::stop_token& stop) { run(house, stop); }) {}
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void run(House& house, const std::stop_token& stop) {
    KeptConnection connection(house.load().get_executor(), house.port());
    while (!stop.stop_requested()) {
      const auto reply = house.run(connection.send(House::request("GET", "/metrics", "text/plain", "", "")));
      if (reply.status != 200) throw std::runtime_error("no metrics");
      bytes_ = reply.body.size();
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }

  std::atomic<std::size_t> bytes_ = 0;
  std::jthread thread_;  // last, because it uses the rest
};

using Next = std::function<std::function<std::string()>(std::size_t worker)>;

struct Load {
  std::string_view name;
  int status;
  Next next;
};

double rate_of(House& house, const Load& load) {
  std::size_t count = 0;
  const auto start = [&](std::size_t i, Clock::time_point end) {
    return ask_until(&house, load.next(i), load.status, end);
  };
  const double seconds =
      at_once(house, kConnections, kTurn, start, [&](const Samples& times) { count += times.count(); });
  return static_cast<double>(count) / seconds;
}

/// Prints the rates without and with something, which `set` turns off and on.
void compare(House& house, const Load& load, std::string_view what, const std::function<void(bool)>& set) {
  double without = 0;
  double with = 0;
  for (int turn = 0; turn < kTurns; ++turn) {
    set(false);
    without += rate_of(house, load) / kTurns;
    set(true);
    with += rate_of(house, load) / kTurns;
  }
  set(false);
  fmt::print("{:<14} {:<34} {:>7.0f}/s without, {:>7.0f}/s with: {:.1f} %\n", load.name, what, without, with,
             100 * with / without);
  std::fflush(stdout);
}

void run(const std::filesystem::path& directory) {
  send_log_to(directory / "log");
  House house(directory / "data");
  const std::string client = house.tenant("watched");
  std::atomic<std::uint64_t> number = 0;
  const Load health{.name = "/healthz", .status = 200, .next = [](std::size_t) {
                      return [] { return House::request("GET", "/healthz", "text/plain", "", ""); };
                    }};
  const Load events{.name = "single events", .status = 201, .next = [&](std::size_t) {
                      return [&] {
                        return House::request("POST", "/api/events", "application/json", client,
                                              json_of(make_event(number++)));
                      };
                    }};
  const auto log = [](bool on) { ops::set_log_level(on ? ops::Level::info : ops::Level::warning); };
  std::optional<Scraper> scraper;
  const auto metrics = [&](bool on) {
    scraper.reset();
    if (on) scraper.emplace(house);
  };
  log(false);
  fmt::print("{} connections, {} turns of {} s on each side\n", kConnections, kTurns, kTurn.count());
  for (const Load* load : {&health, &events}) {
    compare(house, *load, "a line in the log for each request", log);
    compare(house, *load, "metrics read each second", metrics);
  }
}

}  // namespace
}  // namespace annals::bench

int main() {
  const annals::bench::Scratch scratch;
  annals::bench::run(scratch.path());
  return 0;
}
