// `./dev bench events [single|bulk|newest|export]…` measures what the data plane costs beside the bare
// engine, in the same process, on the same engine and the same rows. bench/README.md has the last results.

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <limits>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "at_once.h"
#include "events/row.h"
#include "events/searched_text.h"
#include "house.h"
#include "ids.h"
#include "sample_events.h"
#include "samples.h"
#include "scratch.h"
#include "used.h"

namespace annals::bench {
namespace {

using boost::asio::awaitable;
using events::EventsTable;

constexpr auto kRunFor = std::chrono::seconds(4);
constexpr std::size_t kBulkRows = 2'000'000;
constexpr std::size_t kBareBatch = 80'000;
constexpr std::uint64_t kManyRows = 10'000'000;
constexpr int kReads = 400;

std::string rows_of(const std::vector<events::Event>& all, std::size_t from, std::size_t count,
                    std::uint64_t first_arrival) {
  constexpr std::uint64_t kAlwaysInTime = std::numeric_limits<std::uint64_t>::max();
  std::string rows;
  for (std::size_t i = 0; i < count; ++i) append_row(rows, all[from + i], first_arrival + i, kAlwaysInTime);
  return rows;
}

engine::Insert insert_of(const EventsTable& table, std::string rows) {
  return {.into = fmt::format("{} ({}) SETTINGS async_insert = 0, {}", table.quoted(),
                              events::insert_columns(), events::kWordsAfterInsert),
          .rows = std::move(rows)};
}

struct Rate {
  double per_second = 0;
  Samples times;
};

// ---- (a) single events ----

awaitable<Samples> post_singles(House* house, std::string client, std::uint64_t first,
                                Clock::time_point end) {
  KeptConnection connection(house->load().get_executor(), house->port());
  Samples times;
  for (std::uint64_t number = first; Clock::now() < end; ++number) {
    std::string request =
        House::request("POST", "/api/events", "application/json", client, json_of(make_event(number)));
    const auto start = Clock::now();
    const auto reply = co_await connection.send(std::move(request));
    times.add(Clock::now() - start);
    if (reply.status != 201) throw std::runtime_error("not acknowledged: " + reply.body);
  }
  co_return times;
}

awaitable<Samples> insert_repeatedly(House* house, EventsTable table, std::size_t rows,
                                     Clock::time_point end) {
  Samples times;
  std::vector<events::Event> batch;
  for (std::uint64_t commit = 1; Clock::now() < end; ++commit) {
    batch.clear();
    for (std::size_t i = 0; i < rows; ++i) batch.push_back(make_event(commit * rows + i));
    auto insert = insert_of(table, rows_of(batch, 0, rows, commit * rows));
    const auto start = Clock::now();
    co_await house->engine().insert(std::move(insert));
    times.add(Clock::now() - start);
  }
  co_return times;
}

template <class Start>
Rate rate_of(House& house, std::size_t workers, Start start) {
  Rate rate;
  const double seconds =
      at_once(house, workers, kRunFor, start, [&](const Samples& times) { rate.times.add(times); });
  rate.per_second = static_cast<double>(rate.times.count()) / seconds;
  return rate;
}

void measure_single(House& house) {
  const auto client = house.tenant("single");
  const auto table = house.bare_table("single_bare");
  auto bare64 = rate_of(house, 1, [&](std::size_t, Clock::time_point end) {
    return insert_repeatedly(&house, table, 64, end);
  });
  fmt::print("bare insert of 64 rows, one after the other: {:.0f} rows/s, p50 {:.2f} ms\n",
             64 * bare64.per_second, bare64.times.percentile(0.5));
  for (const std::size_t connections : {1U, 16U, 64U, 256U}) {
    auto ours = rate_of(house, connections, [&](std::size_t i, Clock::time_point end) {
      return post_singles(&house, client, i * 1'000'000, end);
    });
    auto bare = rate_of(house, connections, [&](std::size_t, Clock::time_point end) {
      return insert_repeatedly(&house, table, 1, end);
    });
    fmt::print(
        "{:>4} connections: {:>7.0f} acknowledged/s, p50 {:>7.2f} ms, p99 {:>7.2f} ms; bare one-row inserts "
        "{:>5.0f}/s; "
        "ratio {:.1f}; of bare 64-row inserts {:.0f} %\n",
        connections, ours.per_second, ours.times.percentile(0.5), ours.times.percentile(0.99),
        bare.per_second, ours.per_second / bare.per_second, 100 * ours.per_second / (64 * bare64.per_second));
  }
}

// ---- (b) bulk ----

awaitable<void> bare_bulk(House* house, EventsTable table, const std::vector<std::string>* batches) {
  for (const std::string& rows : *batches) co_await house->engine().insert(insert_of(table, rows));
}

awaitable<void> post_bulk(House* house, std::string client, const std::string* body) {
  KeptConnection connection(house->load().get_executor(), house->port());
  const auto reply =
      co_await connection.send(House::request("POST", "/api/events", "application/x-ndjson", client, *body));
  if (reply.status != 201) throw std::runtime_error("not acknowledged: " + reply.body);
}

void measure_bulk(House& house) {
  const auto client = house.tenant("bulk");
  const auto table = house.bare_table("bulk_bare");
  std::vector<events::Event> all;
  std::string body;
  for (std::uint64_t i = 0; i < kBulkRows; ++i) {
    all.push_back(make_event(i));
    body += json_of(all.back()) + "\n";
  }
  std::vector<std::string> batches;
  for (std::size_t from = 0; from < kBulkRows; from += kBareBatch) {
    batches.push_back(rows_of(all, from, kBareBatch, from + 1));
  }
  const auto seconds = [&house](auto work) {
    house.wait_for_merges();
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const double bare = seconds([&] { house.run(bare_bulk(&house, table, &batches)); });
  const double ours = seconds([&] { house.run(post_bulk(&house, client, &body)); });
  fmt::print(
      "bulk: {:.0f} events/s ({} events, {} MB of NDJSON); bare RowBinary insert {:.0f} rows/s; {:.0f} % of "
      "it\n",
      kBulkRows / ours, kBulkRows, body.size() >> 20U, kBulkRows / bare, 100 * bare / ours);
}

// ---- (c), (d) ten million events ----

void fill(House& house, const EventsTable& table) {
  constexpr std::uint64_t kStep = 1'000'000;
  for (std::uint64_t from = 0; from < kManyRows; from += kStep) {
    house.run(house.engine().execute(
        {.sql =
             fmt::format("INSERT INTO {} ({}) SELECT {} + number + 1, bitNot(toUInt64(0)), generateUUIDv4(), "
                         "fromUnixTimestamp64Milli(toInt64(1700000000000 + {} + number), 'UTC'), number % "
                         "7, number % 100000, 1, "
                         "number % 50, concat('[\"status changed from open to closed by user ', "
                         "toString(number), '\"]'), NULL, '' "
                         "FROM numbers({}) SETTINGS max_execution_time = 0",
                         table.quoted(), events::insert_columns(), from, from, kStep)}));
  }
}

awaitable<Samples> read_newest(House* house, std::string client, std::string more) {
  KeptConnection connection(house->load().get_executor(), house->port());
  Samples times;
  for (int i = 0; i < kReads; ++i) {
    std::string request = House::request(
        "GET", fmt::format("/api/history/events?record_id={}&limit=50{}", i * 211, more), "x", client, "");
    const auto start = Clock::now();
    const auto reply = co_await connection.send(std::move(request));
    times.add(Clock::now() - start);
    if (reply.status != 200) throw std::runtime_error("no page: " + reply.body);
  }
  co_return times;
}

awaitable<Samples> read_newest_bare(House* house, EventsTable table) {
  Samples times;
  for (int i = 0; i < kReads; ++i) {
    engine::Statement statement{
        .sql = fmt::format(
            "SELECT event_id, event_time, event_type_id, record_id, source_type_id, source_id, "
            "event_data, file_id FROM {} WHERE record_id = {{record_id:UInt64}} ORDER BY event_time DESC, "
            "event_id DESC LIMIT 50 FORMAT JSONEachRow",
            table.quoted()),
        .parameters = {{"record_id", fmt::format("{}", i * 211)}}};
    const auto start = Clock::now();
    co_await house->engine().query(std::move(statement));
    times.add(Clock::now() - start);
  }
  co_return times;
}

void measure_newest(House& house, const std::string& client, const EventsTable& table,
                    std::string_view parts) {
  house.run(read_newest(&house, client, "&count=false"));  // warm
  Samples ours;
  Samples counted;
  Samples bare;
  for (int round = 0; round < 3; ++round) {
    bare.add(house.run(read_newest_bare(&house, table)));
    ours.add(house.run(read_newest(&house, client, "&count=false")));
    counted.add(house.run(read_newest(&house, client, "")));
  }
  fmt::print(
      "newest 50 of a record in {} events ({}): p50 {:.2f} ms, p99 {:.2f} ms; with counts p50 {:.2f} ms; "
      "bare "
      "query p50 {:.2f} ms, "
      "p99 {:.2f} ms; ratio of p50 {:.2f} (with counts {:.2f})\n",
      kManyRows, parts, ours.percentile(0.5), ours.percentile(0.99), counted.percentile(0.5),
      bare.percentile(0.5), bare.percentile(0.99), ours.percentile(0.5) / bare.percentile(0.5),
      counted.percentile(0.5) / bare.percentile(0.5));
}

awaitable<std::uint64_t> export_all(House* house, std::string client, std::string format,
                                    std::uint64_t* peak) {
  KeptConnection connection(house->load().get_executor(), house->port());
  co_await connection.write(House::request("GET", "/api/history/export?format=" + format, "x", client, ""));
  const auto bytes = co_await connection.drain_chunked([peak] { *peak = std::max(*peak, rss_bytes()); });
  co_return bytes;
}

void measure_export(House& house, const std::string& client) {
  for (const std::string format : {"ndjson", "csv", "parquet"}) {
    const std::uint64_t idle = rss_bytes();
    std::uint64_t peak = idle;
    const auto start = Clock::now();
    const std::uint64_t bytes = house.run(export_all(&house, client, format, &peak));
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    fmt::print(
        "export of {} events as {}: {} MB in {:.1f} s, {:.0f} events/s; memory at most {} MB above idle ({} "
        "MB)\n",
        kManyRows, format, bytes >> 20U, seconds, kManyRows / seconds, (peak - idle) >> 20U, idle >> 20U);
  }
}

void measure(House& house, const std::set<std::string>& wanted) {
  const auto wants = [&](const char* what) { return wanted.empty() || wanted.contains(what); };
  if (wants("single")) measure_single(house);
  if (wants("bulk")) measure_bulk(house);
  if (!wants("newest") && !wants("export")) return;
  const auto client = house.tenant("many");
  const EventsTable table{
      .engine = house.engine(), .database = database_name("many"), .owner = client_id(client)};
  fill(house, table);
  if (wants("newest")) {
    measure_newest(house, client, table, "as inserted, ten parts");
    house.run(house.engine().execute(
        {.sql = fmt::format("OPTIMIZE TABLE {} FINAL SETTINGS max_execution_time = 0", table.quoted())}));
    measure_newest(house, client, table, "merged into one part");
  }
  if (wants("export")) measure_export(house, client);
}

}  // namespace
}  // namespace annals::bench

int main(int argc, char** argv) {
  using namespace annals::bench;
  const std::set<std::string> wanted(argv + 1, argv + argc);
  const Scratch scratch;
  {
    House house(scratch.path());
    measure(house, wanted);
  }
  return 0;
}
