// `./dev bench watchers` measures those who ask whether there is anything new: pages that are asked for again
// with their ETag, beside the pages themselves, and 1,000 tails that wait. bench/README.md has the last
// results.

#include <algorithm>
#include <filesystem>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "at_once.h"
#include "house.h"
#include "sample_events.h"
#include "scratch.h"
#include "used.h"

namespace annals::bench {
namespace {

constexpr std::size_t kEvents = 10'000;
constexpr std::size_t kTails = 1'000;
constexpr auto kRunFor = std::chrono::seconds(5);

double ask_again(House& house, std::string_view what, const std::string& request, int status) {
  constexpr std::size_t kConnections = 16;
  Samples all;
  const auto start = [&](std::size_t, Clock::time_point end) {
    return ask_until(&house, [&request] { return request; }, status, end);
  };
  const double seconds =
      at_once(house, kConnections, kRunFor, start, [&all](const Samples& some) { all.add(some); });
  const double rate = static_cast<double>(all.count()) / seconds;
  fmt::print("{:<40} {:>8.0f}/s on {} connections, p50 {:.2f} ms\n", what, rate, kConnections,
             all.percentile(0.5));
  return rate;
}

void measure_pages(House& house, const std::string& client) {
  constexpr std::string_view kPath = "/api/history/events?limit=50&record_id=7";
  const std::string page = House::request("GET", kPath, "application/json", client, "");
  KeptConnection connection(house.load().get_executor(), house.port());
  const std::string tag = house.run(connection.send(page)).field("ETag");
  std::string again = page;
  again.insert(again.find("\r\n") + 2, fmt::format("If-None-Match: {}\r\n", tag));
  const double pages = ask_again(house, "a page of 50 events", page, 200);
  const double unchanged = ask_again(house, "the same with its ETag: 304", again, 304);
  fmt::print("{:.0f} × as many answers 304 as pages\n", unchanged / pages);
}

void measure_tails(House& house) {
  constexpr auto kTime = std::chrono::seconds(20);
  constexpr auto kSettle = std::chrono::seconds(60);  // creating the tenants leaves merges to do
  std::vector<std::string> clients;
  clients.reserve(kTails);
  for (std::size_t i = 0; i < kTails; ++i) clients.push_back(house.tenant(fmt::format("watched_{}", i)));
  std::this_thread::sleep_for(kSettle);
  const double without = cpu_share(kTime);
  std::list<KeptConnection> tails;
  for (const std::string& client : clients) {
    KeptConnection& tail = tails.emplace_back(house.load().get_executor(), house.port());
    const auto reply =
        house.run(tail.send(House::request("GET", "/api/history/tail", "application/json", client, "")));
    if (reply.status != 200) throw std::runtime_error(reply.body);
  }
  std::this_thread::sleep_for(kTime);
  const double with = cpu_share(kTime);
  fmt::print("{} idle tails of as many tenants: {:.2f} % of a core; the tenants without them {:.2f} %\n",
             kTails, with, without);
}

void run(const std::filesystem::path& directory) {
  House house(directory);
  const std::string client = house.tenant("watched");
  const std::string lines = ndjson_of(0, kEvents);
  KeptConnection connection(house.load().get_executor(), house.port());
  house.run(connection.send(House::request("POST", "/api/events", "application/x-ndjson", client, lines)));
  measure_pages(house, client);
  measure_tails(house);
}

}  // namespace
}  // namespace annals::bench

int main() {
  const annals::bench::Scratch scratch;
  annals::bench::run(scratch.path());
  return 0;
}
