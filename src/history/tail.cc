#include "history/tail.h"

#include <algorithm>

#include <fmt/format.h>

#include "io/pause.h"

namespace annals::history {
namespace {

using events::Ordering;

constexpr std::chrono::milliseconds kAskInterval{250};
constexpr std::chrono::seconds kKeepAliveInterval{10};
constexpr std::uint64_t kMaxEventsAtOnce = 500;

/// A line break in JSON is white space between tokens; here it would end the field.
std::string on_one_line(std::string json) {
  std::ranges::replace_if(json, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return json;
}

}  // namespace

boost::asio::awaitable<void> Tail::start_at_the_end() {
  auto table = co_await table_();
  after_ = co_await history_.last_position(std::move(table));
}

boost::asio::awaitable<std::optional<std::string>> Tail::next() {
  if (!std::exchange(started_, true))
    co_return ": annals\n\n";  // so that the client knows that it is connected
  try {
    auto text = co_await wait_for_events();
    co_return text;
  } catch (const Error& error) {
    // The tenant was deleted: the stream ends normally. A client that reconnects gets the error.
    if (error.code() != ErrorCode::unknown_client) throw;
  }
  co_return std::nullopt;
}

boost::asio::awaitable<std::string> Tail::wait_for_events() {
  const auto deadline = std::chrono::steady_clock::now() + kKeepAliveInterval;
  while (std::chrono::steady_clock::now() < deadline) {
    auto table = co_await table_();
    // Counted before the table is read: a change meanwhile is waited for no longer.
    const std::uint64_t seen = changes_.count(table.owner);
    auto text = co_await new_events(table);
    if (!text.empty()) co_return text;
    co_await changes_.wait(std::move(table), seen, deadline);
    // However much is written: each question costs the engine something, and the writers an insert.
    const auto next = asked_at_ + kAskInterval;
    const auto now = std::chrono::steady_clock::now();
    if (now < next) co_await io::pause(next - now);
  }
  co_return ": nothing new\n\n";
}

boost::asio::awaitable<std::string> Tail::new_events(events::EventsTable table) {
  const auto tag = changes_.tag(table.owner);
  if (tag && tag == read_until_) co_return "";
  asked_at_ = std::chrono::steady_clock::now();
  const auto page = co_await history_.page(
      std::move(table),
      {.filter = filter_, .ordering = Ordering::arrival, .limit = kMaxEventsAtOnce, .after = after_});
  std::string text;
  for (const events::StoredEvent& event : page.events) {
    text +=
        fmt::format("id: {}\ndata: {}\n\n", event.position.text(Ordering::arrival), on_one_line(event.json));
  }
  if (!page.events.empty()) after_ = page.events.back().position;
  if (page.events.size() < kMaxEventsAtOnce) read_until_ = tag;
  co_return text;
}

}  // namespace annals::history
