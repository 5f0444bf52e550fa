#include "lanes/commits.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "engine/row_binary.h"
#include "engine/rows.h"
#include "events/row_encoding.h"
#include "ids/uuid.h"
#include "lanes/known_ids.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using events::Event;
using events::EventsTable;
using events::kInsertColumns;
using events::table_is_gone;
using events::unknown_client;

/// Ids per question: with a remote engine they travel in a URL, in a field of 128 KiB at most (the server's
/// http_max_field_value_size).
constexpr std::size_t kIdsPerQuestion = 2048;
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{2'000};

/// The ids in parts that one question can hold.
std::vector<std::span<const Uuid>> questions(std::span<const Uuid> ids) {
  std::vector<std::span<const Uuid>> parts;
  for (std::size_t from = 0; from < ids.size(); from += kIdsPerQuestion) {
    parts.push_back(ids.subspan(from, std::min(kIdsPerQuestion, ids.size() - from)));
  }
  return parts;
}

std::string array_of(std::span<const Uuid> ids) {
  std::string text = "[";
  for (const Uuid& id : ids) {
    if (text.size() > 1) text += ',';
    text += fmt::format("'{}'", boost::uuids::to_string(id));
  }
  return text + "]";
}

std::vector<Uuid> ids_of(const std::vector<const Event*>& events) {
  std::vector<Uuid> ids;
  ids.reserve(events.size());
  for (const Event* event : events) ids.push_back(event->event_id);
  return ids;
}

/// The events that nobody before has brought: neither the table (`there`) nor an earlier place of the batch.
/// Only an id among the suspects can be in either.
std::vector<const Event*> new_ones(const std::vector<const Event*>& events, std::vector<Uuid> suspects,
                                   const std::vector<Uuid>& there, std::vector<Fate>& fates) {
  if (suspects.empty()) return events;
  std::ranges::sort(suspects);
  std::vector<const Event*> kept;
  kept.reserve(events.size());
  std::set<Uuid> seen(there.begin(), there.end());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Uuid& id = events[i]->event_id;
    const bool is_new = !std::ranges::binary_search(suspects, id) || seen.insert(id).second;
    fates[i] = is_new ? Fate::accepted : Fate::duplicate;
    if (is_new) kept.push_back(events[i]);
  }
  return kept;
}

/// The events as one commit.
std::string encoded(const std::vector<const Event*>& events, std::uint64_t number) {
  std::size_t bytes = 0;
  for (const Event* event : events) bytes += memory_of(*event);  // a row takes less
  std::string rows;
  rows.reserve(bytes);
  std::uint32_t place = 0;
  for (const Event* event : events) append_row(rows, *event, number, place++);
  return rows;
}

}  // namespace

/// What is known of one table.
struct Commits::Known {
  explicit Known(std::size_t max_bytes) : ids(max_bytes) {}
  /// To be called after every change, for those who reckon up what all take meanwhile.
  void reckon() { bytes = ids.bytes(); }

  KnownIds ids;  // for one commit at a time
  std::atomic<std::size_t> bytes = 0;
  std::size_t bytes_seen = 0;  // when the sum was last looked at
};

Commits::Commits(engine::Engine& engine, Settings settings) : engine_(engine), settings_(settings) {}
Commits::~Commits() = default;

awaitable<std::vector<Fate>> Commits::commit(EventsTable table, std::vector<const Event*> events) {
  try {
    auto fates = co_await commit_to(std::move(table), std::move(events));
    co_return fates;
  } catch (const EngineError& error) {
    if (!table_is_gone(error)) throw;
  }
  throw unknown_client();
}

awaitable<std::vector<Fate>> Commits::commit_to(EventsTable table, Events events) {
  const auto known = co_await known_of(table);
  auto suspects = ids_of(events);
  // Added before the insert: should its answer be lost, the table will be asked about these ids.
  if (!settings_.other_instances) {
    suspects = known->ids.add_all(suspects);
    known->reckon();
    forget_others(*known);
  }
  const auto found = co_await existing(table, suspects);
  if (!found.doubled.empty()) co_await withdraw(table, found.doubled);
  std::vector<Fate> fates(events.size());
  const Events kept = new_ones(events, std::move(suspects), found.ids, fates);
  if (kept.empty()) co_return fates;

  const std::uint64_t number = next_number();
  co_await insert(table, encoded(kept, number));
  if (!settings_.other_instances) co_return fates;
  const auto lost = co_await settle(table, kept, number);
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (lost.contains(events[i]->event_id)) fates[i] = Fate::duplicate;
  }
  co_return fates;
}

awaitable<std::shared_ptr<Commits::Known>> Commits::known_of(EventsTable table) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = known_.find(table.owner);
    if (found != known_.end()) co_return found->second;
  }
  auto known = std::make_shared<Known>(settings_.other_instances ? 0 : settings_.max_known_bytes);
  co_await load(table, *known);
  const std::scoped_lock lock(mutex_);
  // Another commit may have been faster, and what it has added since must not be lost.
  co_return known_.try_emplace(table.owner, known).first->second;
}

/// When all together take too much memory, those that no commit uses now are forgotten; they can be read
/// again.
void Commits::forget_others(Known& known) {
  if (known.bytes == std::exchange(known.bytes_seen, known.bytes)) return;
  const std::scoped_lock lock(mutex_);
  const auto bytes = [](std::size_t sum, const auto& entry) { return sum + entry.second->bytes; };
  if (std::accumulate(known_.begin(), known_.end(), std::size_t{0}, bytes) > settings_.max_known_bytes) {
    std::erase_if(known_, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
}

/// Reads what an earlier process has put into the table: its ids, and its highest number, which ours must
/// pass even if the clock has been set back.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
awaitable<void> Commits::load(EventsTable table, Known& known) {
  const auto highest =
      co_await engine_.query({.sql = fmt::format("SELECT max(commit) FROM {}", table.quoted())});
  const std::uint64_t floor = std::stoull(highest);
  std::uint64_t last = last_number_;
  while (last < floor && !last_number_.compare_exchange_weak(last, floor)) {
  }
  if (settings_.other_instances || floor == 0) co_return;  // then the table is asked anyway, or has nothing
  std::string rest;
  const auto add = [&](const std::string& part) {
    rest += part;
    const std::size_t whole = rest.size() / sizeof(Uuid) * sizeof(Uuid);
    for (std::size_t at = 0; at < whole; at += sizeof(Uuid)) {
      Uuid id;
      std::ranges::copy(engine::read_uuid(rest.data() + at), id.begin());
      known.ids.add(id);
    }
    rest.erase(0, whole);
    return !known.ids.gave_up();
  };
  engine::Statement ids{
      .sql = fmt::format("SELECT event_id FROM {} FORMAT RowBinary SETTINGS max_execution_time = 0",
                         table.quoted())};
  co_await engine_.scan(std::move(ids), add);
  known.reckon();
}

awaitable<Commits::Existing> Commits::existing(EventsTable table, std::vector<Uuid> ids) {
  Existing found;
  for (const auto some : questions(ids)) {
    engine::Statement statement{
        .sql = fmt::format(
            "SELECT event_id, count() > 1 FROM {} WHERE event_id IN {{ids:Array(UUID)}} GROUP BY event_id",
            table.quoted()),
        .parameters = {{"ids", array_of(some)}}};
    const auto text = co_await engine_.query(std::move(statement));
    engine::for_each_line(text, [&](std::string_view line) {
      const auto tab = line.find('\t');
      const auto id = parse_uuid(line.substr(0, tab));
      if (!id) return;
      found.ids.push_back(*id);
      if (line.substr(tab + 1) == "1") found.doubled.push_back(*id);
    });
  }
  co_return found;
}

awaitable<void> Commits::insert(EventsTable table, std::string rows) {
  engine::Insert insert{
      .into = fmt::format("{} ({}) SETTINGS async_insert = 0, insert_deduplication_token = '{}'",
                          table.quoted(), kInsertColumns, boost::uuids::to_string(random_uuid())),
      .rows = std::move(rows)};
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  const auto deadline = std::chrono::steady_clock::now() + settings_.retry_for;
  auto pause = kFirstPause;
  while (true) {
    try {
      co_await engine_.insert(insert);
      co_return;
    } catch (const EngineError& error) {
      if (error.kind() == EngineError::Kind::refused || std::chrono::steady_clock::now() + pause > deadline)
        throw;
    }
    // The token makes the repetition harmless, whether the first one was done or will be.
    timer.expires_after(pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
    pause = std::min(2 * pause, kLongestPause);
  }
}

/// Another instance may have brought one of the ids while we did. Gives the ids whose row of ours had to go.
awaitable<std::set<Uuid>> Commits::settle(EventsTable table, Events kept, std::uint64_t number) {
  auto found = co_await existing(table, ids_of(kept));
  std::set<Uuid> lost(found.doubled.begin(), found.doubled.end());
  if (lost.empty()) co_return lost;
  co_await withdraw(table, found.doubled);
  const auto ours = co_await with_number(table, found.doubled, number);
  for (const Uuid& id : ours) lost.erase(id);
  co_return lost;
}

/// Of several rows with one id the one that became visible first stays, whoever notices; a crash before this
/// leaves them to whoever is sent the id again.
awaitable<void> Commits::withdraw(EventsTable table, std::vector<Uuid> doubled) {
  for (const auto some : questions(doubled)) {
    engine::Statement statement{.sql = fmt::format(R"(
DELETE FROM {0}
WHERE event_id IN {{ids:Array(UUID)}} AND (event_id, _block_number) NOT IN
  (SELECT event_id, min(_block_number) FROM {0} WHERE event_id IN {{ids:Array(UUID)}} GROUP BY event_id)
SETTINGS lightweight_deletes_sync = 2)",
                                                   table.quoted()),
                                .parameters = {{"ids", array_of(some)}}};
    co_await engine_.execute(std::move(statement));
  }
}

awaitable<std::vector<Uuid>> Commits::with_number(EventsTable table, std::vector<Uuid> ids,
                                                  std::uint64_t number) {
  std::vector<Uuid> found;
  for (const auto some : questions(ids)) {
    engine::Statement statement{
        .sql = fmt::format(
            "SELECT event_id FROM {} WHERE event_id IN {{ids:Array(UUID)}} AND commit = {{number:UInt64}}",
            table.quoted()),
        .parameters = {{"ids", array_of(some)}, {"number", fmt::format("{}", number)}}};
    const auto text = co_await engine_.query(std::move(statement));
    engine::for_each_line(text, [&](std::string_view line) {
      if (const auto id = parse_uuid(line)) found.push_back(*id);
    });
  }
  co_return found;
}

std::uint64_t Commits::next_number() {
  using std::chrono::microseconds;
  const auto now =
      std::chrono::floor<microseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
  std::uint64_t last = last_number_;
  std::uint64_t next = 0;
  do {
    next = std::max(last + 1, static_cast<std::uint64_t>(now));
  } while (!last_number_.compare_exchange_weak(last, next));
  return next;
}

}  // namespace annals::lanes
