// `./dev bench fleet [TENANTS]…` measures what an event, a start and an idle tenant cost with 1, 100, 1,000
// and 10,000 tenants, beside the bare disk and an empty handler of the same server, in the same run.
// bench/README.md has the last results.

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "at_once.h"
#include "house.h"
#include "io/descriptor.h"
#include "sample_events.h"
#include "samples.h"
#include "scratch.h"
#include "used.h"

namespace annals::bench {
namespace {

using boost::asio::awaitable;

constexpr auto kRunFor = std::chrono::seconds(5);

/// Chooses the tenant of the next event.
using Choice = std::function<std::size_t(std::mt19937&)>;

Choice uniform(std::size_t tenants) {
  return [tenants](std::mt19937& random) {
    return std::uniform_int_distribution<std::size_t>(0, tenants - 1)(random);
  };
}

/// The first tenant has half as much again as the second, and so on: the n-th share is 1/n.
Choice zipf(std::size_t tenants) {
  std::vector<double> shares;
  shares.reserve(tenants);
  for (std::size_t i = 0; i < tenants; ++i) shares.push_back(1.0 / static_cast<double>(i + 1));
  return [distribution = std::discrete_distribution<std::size_t>(shares.begin(), shares.end())](
             std::mt19937& random) mutable { return distribution(random); };
}

/// One tenant sends nine of ten events.
Choice one_noisy(std::size_t tenants) {
  return [tenants](std::mt19937& random) {
    const bool noisy = std::uniform_int_distribution<int>(0, 9)(random) != 0;
    return noisy ? 0 : std::uniform_int_distribution<std::size_t>(0, tenants - 1)(random);
  };
}

struct Load {
  Samples times;
  Samples of_others;  // than the first tenant
  double per_second = 0;
};

awaitable<Load> send(House* house, std::function<std::pair<std::size_t, std::string>()> next,
                     Clock::time_point end) {
  KeptConnection connection(house->load().get_executor(), house->port());
  Load load;
  while (Clock::now() < end) {
    auto [tenant, request] = next();
    const auto start = Clock::now();
    const auto reply = co_await connection.send(std::move(request));
    const auto time = Clock::now() - start;
    load.times.add(time);
    if (tenant != 0) load.of_others.add(time);
    if (reply.status >= 300) throw std::runtime_error("refused: " + reply.body);
  }
  co_return load;
}

/// Takes tenants one after the other, together with others that do the same on the load generator's thread.
awaitable<Samples> first_events(House* house, const std::vector<std::string>* clients, std::size_t* next,
                                std::size_t end) {
  KeptConnection connection(house->load().get_executor(), house->port());
  Samples times;
  while (*next < end) {
    const std::string& client = (*clients)[(*next)++];
    const auto start = Clock::now();
    const auto reply = co_await connection.send(
        House::request("POST", "/api/events", "application/json", client, json_of(make_event(*next))));
    times.add(Clock::now() - start);
    if (reply.status >= 300) throw std::runtime_error("refused: " + reply.body);
  }
  co_return times;
}

template <class Next>
Load load_of(House& house, std::size_t connections, Next make_next) {
  Load all;
  const auto start = [&](std::size_t i, Clock::time_point end) { return send(&house, make_next(i), end); };
  const double seconds = at_once(house, connections, kRunFor, start, [&all](const Load& load) {
    all.times.add(load.times);
    all.of_others.add(load.of_others);
  });
  all.per_second = static_cast<double>(all.times.count()) / seconds;
  return all;
}

Load post_events(House& house, const std::vector<std::string>& clients, const Choice& choose,
                 std::size_t connections) {
  return load_of(house, connections, [&](std::size_t i) {
    return [&clients, choose, random = std::mt19937(static_cast<unsigned>(i)),
            number = i * 1'000'000]() mutable {
      const std::size_t tenant = choose(random);
      return std::pair(tenant, House::request("POST", "/api/events", "application/json", clients[tenant],
                                              json_of(make_event(number++))));
    };
  });
}

/// What the server and the load generator do without any event: the ceiling.
Load ask_for_health(House& house, std::size_t connections) {
  const std::string request =
      House::request("GET", "/healthz", "application/json", "", json_of(make_event(1)));
  return load_of(house, connections,
                 [&](std::size_t) { return [request] { return std::pair(std::size_t{0}, request); }; });
}

void measure_disk(const std::filesystem::path& directory) {
  constexpr int kWrites = 2000;
  const std::string row(300, 'x');
  const auto path = directory / "bare";
  const io::Descriptor file(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  Samples times;
  for (int i = 0; i < kWrites; ++i) {
    const auto start = Clock::now();
    if (::write(file.get(), row.data(), row.size()) < 0 || ::fdatasync(file.get()) != 0)
      io::fail(errno, path);
    times.add(Clock::now() - start);
  }
  std::filesystem::remove(path);
  fmt::print("bare append and fdatasync of {} bytes: p50 {:.3f} ms, p99 {:.3f} ms\n", row.size(),
             times.percentile(0.5), times.percentile(0.99));
}

void add_tenants(House& house, std::vector<std::string>& clients, std::size_t count) {
  Samples times;
  while (clients.size() < count) {
    const auto start = Clock::now();
    clients.push_back(house.tenant(fmt::format("tenant_{}", clients.size())));
    times.add(Clock::now() - start);
  }
  fmt::print("{} tenants: initialise p50 {:.1f} ms, p99 {:.1f} ms\n", count, times.percentile(0.5),
             times.percentile(0.99));
}

void print(std::string_view what, std::size_t tenants, std::size_t connections, Load load) {
  fmt::print(
      "{:>6} tenants, {:<9} {:>4} connections: {:>6.0f} acknowledged/s, p50 {:>7.2f} ms, p99 {:>7.2f} ms",
      tenants, what, connections, load.per_second, load.times.percentile(0.5), load.times.percentile(0.99));
  if (what == "one noisy")
    fmt::print("; the others' p50 {:.2f} ms, p99 {:.2f} ms", load.of_others.percentile(0.5),
               load.of_others.percentile(0.99));
  fmt::print("\n");
  std::fflush(stdout);
}

/// Sends the first event to each of the tenants up to `end`, which wakes its table.
void wake(House& house, const std::vector<std::string>& clients, std::size_t& next, std::size_t end,
          std::size_t connections) {
  Samples times;
  const auto start = [&](std::size_t, Clock::time_point) {
    return first_events(&house, &clients, &next, end);
  };
  at_once(house, connections, {}, start, [&times](const Samples& some) { times.add(some); });
  fmt::print("{:>6} tenants, first event of {}, {:>2} connections: p50 {:.1f} ms, p99 {:.1f} ms\n",
             clients.size(), times.count(), connections, times.percentile(0.5), times.percentile(0.99));
}

void wake_all(House& house, const std::vector<std::string>& clients) {
  constexpr std::size_t kOneByOne = 500;
  constexpr std::size_t kConnections = 16;
  std::size_t next = 0;
  wake(house, clients, next, std::min(kOneByOne, clients.size()), 1);
  if (next < clients.size()) wake(house, clients, next, clients.size(), kConnections);
}

/// Prints what the process does while nobody asks for anything.
void measure_idleness(std::size_t tenants) {
  constexpr auto kRest = std::chrono::seconds(10);
  fmt::print("{:>6} tenants, idle: {:.2f} % of a core, {} MB resident\n", tenants, cpu_share(kRest),
             rss_bytes() >> 20U);
}

void measure(House& house, const std::vector<std::string>& clients) {
  const std::size_t tenants = clients.size();
  for (const std::size_t connections : {1U, 16U, 64U, 256U}) {
    print("uniform", tenants, connections, post_events(house, clients, uniform(tenants), connections));
    if (tenants == 1) continue;
    print("zipf", tenants, connections, post_events(house, clients, zipf(tenants), connections));
    print("one noisy", tenants, connections, post_events(house, clients, one_noisy(tenants), connections));
  }
}

std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// Makes tenants until there are so many, or, if there are, measures with them. The engine can be opened once
/// in a process, so each of the two has a process of its own, and what is measured begins with a start.
void run(const std::filesystem::path& directory, std::size_t count) {
  const auto names = directory / "clients";
  std::vector<std::string> clients = read_lines(names);
  auto begin = Clock::now();
  std::optional<House> house;
  house.emplace(directory / "data");
  fmt::print("{:>6} tenants: ready in {:.0f} ms; {} MB resident, {} descriptors\n", clients.size(),
             Milliseconds(Clock::now() - begin).count(), rss_bytes() >> 20U, descriptors());
  if (count > clients.size()) {
    add_tenants(*house, clients, count);
    std::ofstream file(names);
    for (const std::string& client : clients) file << client << '\n';
  } else {
    measure_idleness(clients.size());
    wake_all(*house, clients);
    measure(*house, clients);
  }
  begin = Clock::now();
  house.reset();
  fmt::print("{:>6} tenants: stopped in {:.0f} ms; {} files\n", clients.size(),
             Milliseconds(Clock::now() - begin).count(), files_below(directory));
}

void measure_ceiling(const std::filesystem::path& directory) {
  House house(directory / "data");
  for (const std::size_t connections : {1U, 16U, 64U, 256U}) {
    Load health = ask_for_health(house, connections);
    fmt::print("/healthz, {:>4} connections: {:>6.0f}/s, p50 {:.3f} ms\n", connections, health.per_second,
               health.times.percentile(0.5));
  }
}

/// Runs this program again with these arguments, and throws if it fails.
void again(const std::vector<std::string>& arguments) {
  std::string command = std::filesystem::read_symlink("/proc/self/exe").string();
  for (const std::string& argument : arguments) command += " " + argument;
  std::fflush(stdout);
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " failed");  // NOLINT(*-env33-c)
}

}  // namespace
}  // namespace annals::bench

int main(int argc, char** argv) {
  using namespace annals::bench;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && arguments[0] == "--in") {
    if (arguments[2] == "0") {
      measure_ceiling(arguments[1]);
    } else {
      run(arguments[1], std::stoul(arguments[2]));
    }
    return 0;
  }
  const Scratch scratch;
  measure_disk(scratch.path());
  again({"--in", scratch.path(), "0"});
  const std::vector<std::string> usual{"1", "100", "1000", "10000"};
  for (const std::string& count : arguments.empty() ? usual : arguments) {
    again({"--in", scratch.path(), count});  // makes them
    again({"--in", scratch.path(), count});
  }
  return 0;
}
