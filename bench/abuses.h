#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "house.h"
#include "http_load.h"
#include "ids.h"
#include "samples.h"

namespace annals::bench {

/// Describes what one client does again and again, whatever it is answered.
struct Abuse {
  std::string_view name;
  std::string request;      // as it is sent
  std::size_t clients = 8;  // that do it at once
  /// How long a client then leaves the answer unread; zero: it reads the answer and repeats at once.
  std::chrono::milliseconds held{0};
};

/// Packs a text with gzip. Throws std::runtime_error if zlib fails.
inline std::string gzip(std::string text) {
  constexpr int kGzip = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib cannot begin");
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib cannot pack");
  return packed;
}

/// Repeats a text.
inline std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

/// Does it until `end`. A connection that the server closes is opened again.
inline boost::asio::awaitable<std::size_t> abuse_until(House* house, Abuse abuse, Clock::time_point end) {
  boost::asio::steady_timer timer(house->load());
  std::size_t begun = 0;
  while (Clock::now() < end) {
    try {
      KeptConnection connection(house->load().get_executor(), house->port());
      while (Clock::now() < end) {
        ++begun;
        if (abuse.held.count() == 0) {
          co_await connection.send(abuse.request);
          continue;
        }
        co_await connection.write(abuse.request);
        timer.expires_after(abuse.held);
        co_await timer.async_wait(boost::asio::use_awaitable);
        break;
      }
    } catch (const boost::system::system_error&) {
      continue;  // NOLINT(*-empty-catch): refused and closed, which is what the service may do
    }
  }
  co_return begun;
}

/// Returns every kind of abuse that a tenant may do. `client` is the tenant's id.
inline std::vector<Abuse> abuses(const std::string& client) {
  using std::chrono::milliseconds;
  constexpr std::size_t kMega = 1U << 20U;
  constexpr milliseconds kHeld{1000};
  constexpr std::string_view kJson = "application/json";
  constexpr std::string_view kLines = "application/x-ndjson";
  const auto post = [&](std::string_view type, std::string_view body) {
    return House::request("POST", "/api/events?on_error=skip", type, client, body);
  };
  const auto get = [&](std::string_view path) { return House::request("GET", path, kJson, client, ""); };
  const auto packed = [&](std::string_view type, std::string text) {
    std::string request = post(type, gzip(std::move(text)));
    return request.insert(request.find("\r\n") + 2, "Content-Encoding: gzip\r\n");
  };
  const std::string line =
      R"({"event_time":"2026-01-01T00:00:00Z","event_type_id":1,"record_id":1,"source_type_id":1,"source_id":1,"event_data":["x"]})"
      "\n";
  return {
      {.name = "line breaks, packed", .request = packed(kLines, repeated("\n", 64 * kMega))},
      {.name = "empty objects, packed", .request = packed(kLines, repeated("{}\n", 16 * kMega))},
      {.name = "an array of millions of items, packed",
       .request = packed(kJson, "[" + repeated("1,", 8 * kMega) + "1]")},
      {.name = "an object of millions of members, packed",
       .request = packed(kJson, "[{" + repeated(R"("":0,)", 4 * kMega) + R"("":0}])")},
      {.name = "an array of empty objects, 240 KB",
       .request = post(kJson, "[" + repeated("{},", 80'000) + "{}]")},
      {.name = "bulk, 2,000 events a request", .request = post(kLines, repeated(line, 2000))},
      {.name = "searches through all events", .request = get("/api/history/events?q=nowhere&limit=1000")},
      {.name = "pages of 1,000", .request = get("/api/history/events?limit=1000")},
      {.name = "pages that nobody reads",
       .request = get("/api/history/events?limit=1000"),
       .clients = 64,
       .held = kHeld},
      {.name = "exports that nobody reads",
       .request = get("/api/history/export"),
       .clients = 64,
       .held = kHeld},
      {.name = "tails", .request = get("/api/history/tail"), .clients = 64, .held = kHeld},
      {.name = "bodies that do not end",
       .request = post(kJson, std::string(kMega, ' ')).substr(0, kMega / 2),
       .clients = 64,
       .held = kHeld},
      {.name = "clients that nobody knows",
       .request =
           House::request("GET", "/api/history/events", kJson, "5f0c2f6e-6f0e-4e0a-8f0e-0123456789ab", "")},
      {.name = "readiness", .request = get("/readyz")},
      {.name = "health, for comparison", .request = get("/healthz")},
  };
}

}  // namespace annals::bench
