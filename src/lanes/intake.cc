#include "lanes/intake.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "envelopes/line_cutter.h"
#include "input/errors.h"
#include "io/pause.h"
#include "io/settled.h"
#include "lanes/bulk_write.h"
#include "quotas/charged_events.h"
#include "text/time.h"

namespace annals::lanes {
namespace {

using boost::asio::awaitable;
using envelopes::BadItems;
using envelopes::decode_event;
using envelopes::Decoded;
using envelopes::DecodedItems;
using envelopes::LineCutter;
using events::Event;
using events::EventsTable;
using input::Place;
using input::Problems;

constexpr std::size_t kMaxLine = std::size_t{4} << 20U;
/// How many more lines may hold no event, because they are blank or bad, than hold one.
constexpr std::int64_t kMaxLinesWithoutEvent = 100'000;

Error too_much_held() {
  return {ErrorCode::overloaded, "Too many events are being received. Try again later."};
}

/// Limits how long what is held of a request may take to arrive: a time, and a second for each 64 KiB. A
/// sender that is slower would keep memory that others need.
class ArrivalPace {
 public:
  explicit ArrivalPace(std::chrono::milliseconds time) : time_(time) {}

  /// Says that what is held begins to arrive now.
  void restart() { began_ = std::chrono::steady_clock::now(); }

  /// Throws Error(request_too_slow) if it took too long for `bytes` to arrive.
  void check(std::size_t bytes) const {
    constexpr std::size_t kBytesPerMillisecond = 64;
    const auto allowed = time_ + std::chrono::milliseconds(bytes / kBytesPerMillisecond);
    if (std::chrono::steady_clock::now() - began_ <= allowed) return;
    throw Error(ErrorCode::request_too_slow, "Request took too long to arrive.");
  }

 private:
  std::chrono::milliseconds time_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// Reads the lines of one request.
class LineReader {
 public:
  LineReader(bool skip_bad, BadItems& bad) : skip_bad_(skip_bad), bad_(bad) {}

  /// Sets the time of the lines to come that have none.
  void received_at(Timestamp time) { received_ = time; }
  /// Returns nullopt for a bad line that is skipped, after listing it. Throws InvalidInput for one that is
  /// not.
  std::optional<Event> read(const LineCutter::Line& line) {
    place_.back() = line.number;
    Decoded item = line.too_long ? too_long() : decode_event(line.text, place_, false, received_);
    if (auto* event = std::get_if<Event>(&item)) {
      ++events_;
      return std::move(*event);
    }
    auto& problems = std::get<Problems>(item);
    if (!skip_bad_) throw input::InvalidInput(std::move(problems));
    bad_.add(line.number, std::move(problems));
    return std::nullopt;
  }

  /// Throws InvalidInput if of the first `lines` too many hold no event: they are cheap to send, and each
  /// takes time to read.
  void check_lines(std::int64_t lines) {
    if (lines - 2 * events_ <= kMaxLinesWithoutEvent) return;
    place_.back() = lines;
    throw input::InvalidInput(
        {input::at(place_, input::too_many_lines_without_event(kMaxLinesWithoutEvent))});
  }

 private:
  [[nodiscard]] Problems too_long() const { return {input::at(place_, input::line_longer_than(kMaxLine))}; }

  bool skip_bad_;
  BadItems& bad_;
  Place place_{"body", std::int64_t{0}};
  Timestamp received_;
  std::int64_t events_ = 0;  // read so far
};

/// Decodes a body, and counts the events as held as far as they take more memory than the body.
DecodedItems decode_items(ReceivedBody& body, bool skip_bad, const Intake::Decode& decode) {
  DecodedItems items{.skip_bad = skip_bad};
  std::size_t bytes = 0;
  decode(body.text, [&](Decoded item) {
    if (const auto* event = std::get_if<Event>(&item)) bytes += memory_of(*event);
    if (bytes > body.share.held() && !body.share.take(bytes - body.share.held())) throw too_much_held();
    items.add(std::move(item));
  });
  return items;
}

/// Makes room for more bytes of a body. A large one gets all that it may need at once: pages that are not
/// used cost nothing, but a text that grows by doubling is copied as often, into pages that are new each
/// time.
void make_room(std::string& text, std::size_t more, std::size_t max_bytes) {
  constexpr std::size_t kLarge = std::size_t{1} << 20U;
  const std::size_t wanted = text.size() + more;
  if (wanted > text.capacity() && wanted > kLarge) text.reserve(max_bytes);
}

/// Waits until the allowance has room for further events, for `longest` at most. Returns whether it waited.
awaitable<bool> paced(std::shared_ptr<quotas::Allowance> allowance, std::chrono::milliseconds longest) {
  constexpr std::chrono::milliseconds kUntilNextLook{500};  // the quota may be raised meanwhile
  if (!allowance) co_return false;
  allowance->check_bytes(0);
  bool waited = false;
  while (true) {
    const auto wait = allowance->wait_for_events();
    if (wait <= wait.zero()) co_return waited;
    if (wait > longest) std::rethrow_exception(allowance->too_many_events(wait));
    co_await io::pause(std::min<std::chrono::steady_clock::duration>(wait, kUntilNextLook));
    waited = true;
  }
}

// NOLINTBEGIN(*-reference-coroutine-parameters): awaited at once
awaitable<void> take_part(BulkWrite& write, LineReader& reader, const std::vector<LineCutter::Line>& lines,
                          io::Stint& stint) {
  // NOLINTEND(*-reference-coroutine-parameters)
  for (const auto& line : lines) {
    if (stint.is_over()) co_await stint.renew();
    auto event = reader.read(line);
    if (!event) continue;
    bool added = write.add(*event);
    if (!added || write.is_full()) {
      stint.rest();
      co_await write.make_room();
    }
    if (!added) added = write.add(*event);
    if (!added) throw too_much_held();
  }
}

}  // namespace

void ReceivedBody::release() {
  std::string().swap(text);  // assigning an empty string would keep the memory
  share.release();
}

bool Intake::is_quick_to_decode(std::string_view text) {
  // Bad items take most of the time, some 2 µs each, and items stand between commas. Their bytes are read at
  // hundreds of MB/s.
  constexpr std::size_t kFewBytes = std::size_t{64} << 10U;
  constexpr std::ptrdiff_t kFewItems = 256;
  return text.size() <= kFewBytes && std::ranges::count(text, ',') <= kFewItems;
}

awaitable<ReceivedBody> Intake::receive(std::string holder, NextPart next_part, std::size_t max_bytes) {
  io::Budget::Share share(budget_, holder);
  ReceivedBody body{.holder = std::move(holder), .share = std::move(share)};
  ArrivalPace pace(limits_.time);
  while (true) {
    const auto part = co_await next_part({});
    if (!part) co_return body;
    if (body.text.size() + part->size() > max_bytes) {
      throw input::body_too_large(max_bytes);
    }
    if (!body.share.take(part->size())) throw too_much_held();
    make_room(body.text, part->size(), max_bytes);
    body.text += *part;
    pace.check(body.text.size());
  }
}

awaitable<IntakeResult> Intake::take_whole(EventsTable table, ReceivedBody body, Settings settings,
                                           Decode decode_body) {
  auto items = co_await decode(
      body, [&](ReceivedBody& received) { return decode_items(received, settings.skip_bad, decode_body); });
  body.release();  // from here on its events count as waiting in the lane
  auto result = co_await take_all(std::move(table), std::move(items), settings.allowance);
  co_return result;
}

awaitable<IntakeResult> Intake::take_all(EventsTable table, DecodedItems items,
                                         std::shared_ptr<quotas::Allowance> allowance) {
  if (!items.skip_bad && !items.bad.empty()) throw input::InvalidInput(items.bad.problems());
  IntakeResult result{.bad = std::move(items.bad)};
  quotas::ChargedEvents charged(std::move(allowance));
  charged.add(items.events);
  for (const Event& event : items.events) {
    if (table.has_expired(event.event_time)) ++result.counts.expired;
  }
  const auto outcomes = co_await lanes_.write(std::move(table), std::move(items.events));
  settle(charged, outcomes);
  result.counts.add(outcomes);
  co_return result;
}

awaitable<IntakeResult> Intake::take_lines(EventsTable table, NextPart next_part, Settings settings) {
  IntakeResult result;
  std::string holder = table.owner.text();
  BulkWrite write(co_await boost::asio::this_coro::executor, lanes_, budget_, std::move(table),
                  settings.allowance);
  auto outcome =
      co_await io::settled(read_lines(write, std::move(next_part), settings, std::move(holder), result.bad));
  co_await write.finish();
  write.check();  // first: a bad line says that those before it are stored
  io::result_of(std::move(outcome));
  result.counts = write.counts();
  co_return result;
}

// NOLINTBEGIN(*-reference-coroutine-parameters): awaited at once
awaitable<void> Intake::read_lines(BulkWrite& write, NextPart next_part, Settings settings,
                                   std::string holder, BadItems& bad) {
  // NOLINTEND(*-reference-coroutine-parameters)
  LineReader reader(settings.skip_bad, bad);
  LineCutter cutter(kMaxLine);
  io::Budget::Share line_share(budget_, holder);  // for the line that has not ended yet
  ArrivalPace pace(limits_.time);                 // of that line
  io::Stint stint;
  for (bool at_end = false; !at_end;) {
    stint.rest();
    const auto part = co_await next_part([&write] { write.pause(); });
    write.check();
    at_end = !part.has_value();
    const bool paused = co_await paced(settings.allowance, limits_.time);
    const bool begins = cutter.held() == 0;
    reader.received_at(text::now());
    if (stint.is_over()) co_await stint.renew();
    const auto lines = at_end ? cutter.finish() : cutter.add(*part);
    co_await take_part(write, reader, lines, stint);
    if (!at_end) reader.check_lines(cutter.lines());
    cutter.free_lines();
    line_share.release();
    if (!line_share.take(cutter.memory())) throw too_much_held();
    if (begins || paused || !lines.empty()) pace.restart();
    pace.check(cutter.held());
  }
}

}  // namespace annals::lanes
