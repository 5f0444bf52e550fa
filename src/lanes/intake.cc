#include "lanes/intake.h"

#include <chrono>
#include <exception>

#include <boost/asio/this_coro.hpp>

#include "envelopes/line_cutter.h"
#include "input/errors.h"
#include "io/settled.h"
#include "lanes/bulk_write.h"
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

Error too_much_held() {
  return {ErrorCode::overloaded, "Too many events are being received. Try again later."};
}

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
    if (auto* event = std::get_if<Event>(&item)) return std::move(*event);
    auto& problems = std::get<Problems>(item);
    if (!skip_bad_) throw input::InvalidInput(std::move(problems));
    bad_.add(line.number, std::move(problems));
    return std::nullopt;
  }

 private:
  [[nodiscard]] Problems too_long() const { return {input::at(place_, input::line_longer_than(kMaxLine))}; }

  bool skip_bad_;
  BadItems& bad_;
  Place place_{"body", std::int64_t{0}};
  Timestamp received_;
};

// NOLINTBEGIN(*-reference-coroutine-parameters): awaited at once
awaitable<void> take_part(BulkWrite& write, LineReader& reader, const std::vector<LineCutter::Line>& lines) {
  // NOLINTEND(*-reference-coroutine-parameters)
  for (const auto& line : lines) {
    auto event = reader.read(line);
    if (!event) continue;
    bool added = write.add(*event);
    if (!added || write.is_full()) co_await write.make_room();
    if (!added) added = write.add(*event);
    if (!added) throw too_much_held();
  }
}

}  // namespace

awaitable<std::string> Intake::receive(NextPart next_part, std::size_t max_bytes) {
  io::Budget::Share share(budget_);
  std::string body;
  while (true) {
    const auto part = co_await next_part({});
    if (!part) co_return body;
    if (body.size() + part->size() > max_bytes) {
      throw input::body_too_large(max_bytes);
    }
    if (!share.take(part->size())) throw too_much_held();
    body += *part;
  }
}

awaitable<IntakeResult> Intake::take_all(EventsTable table, DecodedItems items) {
  if (!items.skip_bad && !items.bad.empty()) throw input::InvalidInput(items.bad.problems());
  IntakeResult result{.bad = std::move(items.bad)};
  const auto outcomes = co_await lanes_.write(std::move(table), std::move(items.events));
  result.counts.add(outcomes);
  co_return result;
}

awaitable<IntakeResult> Intake::take_lines(EventsTable table, NextPart next_part, Settings settings) {
  IntakeResult result;
  BulkWrite write(co_await boost::asio::this_coro::executor, lanes_, budget_, std::move(table));
  auto outcome = co_await io::settled(read_lines(write, std::move(next_part), settings, result.bad));
  co_await write.finish();
  write.check();  // first: a bad line says that those before it are stored
  io::result_of(std::move(outcome));
  result.counts = write.counts();
  co_return result;
}

// NOLINTBEGIN(*-reference-coroutine-parameters): awaited at once
awaitable<void> Intake::read_lines(BulkWrite& write, NextPart next_part, Settings settings, BadItems& bad) {
  // NOLINTEND(*-reference-coroutine-parameters)
  LineReader reader(settings.skip_bad, bad);
  LineCutter cutter(kMaxLine);
  io::Budget::Share line_share(budget_);  // for the line that has not ended yet
  for (bool at_end = false; !at_end;) {
    const auto part = co_await next_part([&write] { write.pause(); });
    write.check();
    at_end = !part.has_value();
    reader.received_at(text::now());
    const auto lines = at_end ? cutter.finish() : cutter.add(*part);
    co_await take_part(write, reader, lines);
    line_share.release();
    if (!line_share.take(cutter.held())) throw too_much_held();
  }
}

}  // namespace annals::lanes
