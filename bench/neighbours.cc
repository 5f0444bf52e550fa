// `./dev bench neighbours [ABUSE…]` measures what a tenant notices while its neighbour does what nobody
// should: /healthz, an event and a page, beside the same three with nobody else there, in the same run. Of
// the kinds of abuse it takes those whose name begins with one of the arguments; without arguments all.
// bench/README.md has the last results.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "abuses.h"
#include "house.h"
#include "sample_events.h"
#include "samples.h"
#include "scratch.h"

namespace annals::bench {
namespace {

constexpr std::size_t kEvents = 100'000;  // of the abuser
constexpr auto kRunFor = std::chrono::seconds(10);
constexpr auto kBegin = std::chrono::seconds(1);

/// Holds a connection with a thread of its own, so that the abusers' load generator does not make it wait.
class Caller {
 public:
  explicit Caller(std::uint16_t port) : connection_(context_.get_executor(), port) {}

  /// Returns how long the answer took. Throws std::runtime_error if it is not of the 200s.
  Clock::duration ask(std::string request) {
    const auto start = Clock::now();
    auto reply =
        boost::asio::co_spawn(context_, connection_.send(std::move(request)), boost::asio::use_future);
    context_.restart();
    context_.run();
    const auto time = Clock::now() - start;
    const KeptConnection::Reply answer = reply.get();
    if (answer.status >= 300) throw std::runtime_error(fmt::format("{}: {}", answer.status, answer.body));
    return time;
  }

 private:
  boost::asio::io_context context_{1};
  KeptConnection connection_;
};

struct Noticed {
  Samples health;
  Samples event;
  Samples page;
};

Noticed notice(House& house, const std::string& client) {
  constexpr std::string_view kJson = "application/json";
  const std::string health = House::request("GET", "/healthz", kJson, "", "");
  const std::string page =
      House::request("GET", "/api/history/events?record_id=7&limit=50", kJson, client, "");
  Caller caller(house.port());
  Noticed noticed;
  for (const auto end = Clock::now() + kRunFor; Clock::now() < end;) {
    noticed.health.add(caller.ask(health));
    noticed.event.add(caller.ask(
        House::request("POST", "/api/events", kJson, client, json_of(make_event(noticed.event.count())))));
    noticed.page.add(caller.ask(page));
  }
  return noticed;
}

void print(std::string_view what, Noticed noticed, Noticed& quiet) {
  constexpr double kHigh = 0.99;
  fmt::print("{:<42} /healthz p99 {:>6.1f}, most {:>6.1f} ms", what, noticed.health.percentile(kHigh),
             noticed.health.percentile(1));
  const auto print_one = [](std::string_view name, Samples& now, Samples& before) {
    fmt::print("; {} p50 {:>5.1f}, p99 {:>6.1f} ms ({:.1f} ×)", name, now.percentile(0.5),
               now.percentile(kHigh), now.percentile(kHigh) / before.percentile(kHigh));
  };
  print_one("event", noticed.event, quiet.event);
  print_one("page", noticed.page, quiet.page);
  fmt::print("\n");
  std::fflush(stdout);
}

void measure(House& house, const Abuse& abuse, const std::string& client, Noticed& quiet) {
  std::vector<std::future<std::size_t>> abusers;
  abusers.reserve(abuse.clients);
  const auto end = Clock::now() + kBegin + kRunFor;
  for (std::size_t i = 0; i < abuse.clients; ++i) {
    abusers.push_back(
        boost::asio::co_spawn(house.load(), abuse_until(&house, abuse, end), boost::asio::use_future));
  }
  std::this_thread::sleep_for(kBegin);
  Noticed noticed = notice(house, client);
  std::size_t begun = 0;
  for (auto& one : abusers) begun += one.get();
  constexpr auto kSeconds = static_cast<std::size_t>((kBegin + kRunFor).count());
  print(fmt::format("{} ({}/s)", abuse.name, begun / kSeconds), std::move(noticed), quiet);
}

bool is_among(std::string_view name, const std::vector<std::string>& wanted) {
  return wanted.empty() ||
         std::ranges::any_of(wanted, [&](const std::string& begin) { return name.starts_with(begin); });
}

void run(const std::filesystem::path& directory, const std::vector<std::string>& wanted) {
  constexpr std::size_t kPiece = 10'000;
  House house(directory);
  house.let_load_yield();
  const std::string abuser = house.tenant("abuser");
  const std::string neighbour = house.tenant("neighbour");
  Caller caller(house.port());
  for (const std::string& client : {abuser, neighbour}) {
    for (std::size_t first = 0; first < kEvents; first += kPiece) {
      caller.ask(
          House::request("POST", "/api/events", "application/x-ndjson", client, ndjson_of(first, kPiece)));
    }
  }
  house.wait_for_merges();
  notice(house, neighbour);  // the first time is slower
  Noticed quiet = notice(house, neighbour);
  print("nobody else", quiet, quiet);
  for (const Abuse& abuse : abuses(abuser)) {
    if (!is_among(abuse.name, wanted)) continue;
    measure(house, abuse, neighbour, quiet);
    house.wait_for_merges();
  }
  print("nobody else, afterwards", notice(house, neighbour), quiet);
}

}  // namespace
}  // namespace annals::bench

int main(int argc, char** argv) {
  const annals::bench::Scratch scratch;
  annals::bench::run(scratch.path(), {argv + 1, argv + argc});
  return 0;
}
