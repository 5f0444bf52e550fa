#include "history/tail.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "io/pause.h"
#include "io/settled.h"

namespace annals::history {
namespace {

using events::Ordering;

constexpr std::chrono::milliseconds kAskInterval{250};
constexpr std::chrono::seconds kKeepAliveInterval{10};
constexpr std::uint64_t kMaxEventsAtOnce = 500;
constexpr std::size_t kMaxBytesAtOnce = std::size_t{1} << 20U;

/// Returns whether the error says that others have to be served first.
bool refuses(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return error.code() == ErrorCode::over_quota || error.code() == ErrorCode::overloaded;
  } catch (...) {
    return false;
  }
}

/// Returns whether a reader may no longer read: the tenant was deleted or suspended, or the key or secret is
/// no longer valid.
bool has_lost_the_right(ErrorCode code) {
  return code == ErrorCode::unknown_client || code == ErrorCode::client_suspended ||
         code == ErrorCode::unauthorized_api_key || code == ErrorCode::unauthorized_client;
}

/// Returns the milliseconds after which a reader may come back that has lost its connection. Those of a
/// service that starts again do not all come at once.
int time_to_return() {
  constexpr int kShortest = 1000;
  constexpr int kLongest = 3000;
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_int_distribution<int>(kShortest, kLongest)(random);
}

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
  sending_.reset();
  // So that the client knows that it is connected, and where it resumes if it loses the connection before the
  // first event: an id alone is no event, but browsers keep it.
  if (!std::exchange(started_, true)) {
    co_return fmt::format(": annals\nretry: {}\nid: {}\n\n", time_to_return(),
                          after_.value_or(events::Position{}).text(Ordering::arrival));
  }
  if (is_over_) co_return std::nullopt;
  bool may_return = true;
  try {
    auto text = co_await wait_for_events();
    if (!text.empty()) co_return text;
  } catch (const Error& error) {
    // The stream ends normally. A client that reconnects gets the error.
    if (!has_lost_the_right(error.code())) throw;
    may_return = false;
  }
  is_over_ = true;
  co_return farewell(may_return);
}

std::string Tail::farewell(bool may_return) {
  // A comment: an event would be taken for one of the tenant's by readers that only look at `data`.
  return may_return ? ": the end; come back\n\n" : ": the end\n\n";
}

/// Returns "" if the tail was ended.
boost::asio::awaitable<std::string> Tail::wait_for_events() {
  const auto deadline = std::chrono::steady_clock::now() + kKeepAliveInterval;
  while (std::chrono::steady_clock::now() < deadline) {
    auto table = co_await table_();
    // Counted before the table is read: a change meanwhile is waited for no longer.
    const std::uint64_t seen = changes_.count(table.owner);
    // Looked at after that: who ends a tail notes a change then, which is missed by no wait.
    if (is_ended_) co_return "";
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
  auto read = co_await io::settled(history_.page(std::move(table), {.filter = filter_,
                                                                    .ordering = Ordering::arrival,
                                                                    .limit = kMaxEventsAtOnce,
                                                                    .after = after_,
                                                                    .max_bytes = kMaxBytesAtOnce,
                                                                    .numbers = numbers_}));
  const bool wait = !read && refuses(read.error());
  if (wait) co_return "";
  auto page = io::result_of(std::move(read));
  std::string text;
  for (events::StoredEvent& event : page.events) {
    text += fmt::format("id: {}\ndata: {}\n\n", event.position.text(Ordering::arrival),
                        on_one_line(std::move(event.json)));
  }
  if (!page.events.empty()) after_ = page.events.back().position;
  if (!page.more) read_until_ = tag;
  page.share.keep(text.size());
  sending_ = std::move(page.share);
  co_return text;
}

}  // namespace annals::history
