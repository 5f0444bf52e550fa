#include "events/intake.h"

#include <chrono>
#include <exception>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "error.h"
#include "events/line_cutter.h"
#include "events/time.h"
#include "io/slots.h"

namespace annals::events {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxListedErrors = 1000;
constexpr std::size_t kMaxLine = std::size_t{4} << 20U;
constexpr std::size_t kRowsPerWrite = 20'000;
constexpr std::size_t kWritesAtOnce = 2;  // one in the engine, one behind it in the lane

void note(IntakeResult& result, std::int64_t index, Problems problems) {
  if (result.errors.size() < kMaxListedErrors) {
    result.errors.emplace_back(index, std::move(problems));
  } else {
    ++result.errors_left_out;
  }
}

void count(IntakeResult& result, const std::vector<Fate>& fates) {
  for (const Fate fate : fates) ++(fate == Fate::accepted ? result.accepted : result.duplicates);
}

Error too_much_held() {
  return {ErrorCode::overloaded, "Too many events are being received. Try again later."};
}

Decoded decode_line(const LineCutter::Line& line, Timestamp received) {
  const Place place{"body", line.number};
  if (!line.too_long) return decode_event(line.text, place, false, received);
  return Problems{{.loc = place,
                   .msg = "ensure this line has at most 4194304 bytes",
                   .type = "value_error.any_str.max_length",
                   .ctx = {{"limit_value", static_cast<std::int64_t>(kMaxLine)}}}};
}

}  // namespace

awaitable<std::string> Intake::receive(NextPart next_part, std::size_t max_bytes) {
  io::Budget::Share share(budget_);
  std::string body;
  while (true) {
    const auto part = co_await next_part();
    if (!part) co_return body;
    if (body.size() + part->size() > max_bytes) {
      throw Error(ErrorCode::body_too_large, fmt::format("Request body is larger than {} bytes.", max_bytes));
    }
    if (!share.take(part->size())) throw too_much_held();
    body += *part;
  }
}

awaitable<IntakeResult> Intake::take_all(EventsTable table, std::vector<Decoded> items, Settings settings) {
  IntakeResult result;
  std::vector<Event> events;
  Problems all_problems;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (auto* event = std::get_if<Event>(&items[i])) {
      events.push_back(std::move(*event));
      continue;
    }
    auto& problems = std::get<Problems>(items[i]);
    all_problems.insert(all_problems.end(), problems.begin(), problems.end());
    note(result, static_cast<std::int64_t>(i), std::move(problems));
  }
  if (!settings.skip_bad && !all_problems.empty()) throw InvalidInput(std::move(all_problems));
  const auto fates = co_await lanes_.write(std::move(table), std::move(events));
  count(result, fates);
  co_return result;
}

/// Writes that run beside the reading of further lines, a few at a time. Everything is on the strand of the
/// request.
class Intake::Pipeline {
 public:
  Pipeline(Lanes& lanes, io::Budget& budget, EventsTable table, IntakeResult& result)
      : lanes_(lanes), share_(budget), table_(std::move(table)), result_(result), slots_(kWritesAtOnce) {}

  /// Adds an event; waits when enough writes are under way. Throws what an earlier write failed with.
  awaitable<void> add(Event event) {
    const std::size_t bytes = memory_of(event);
    if (!share_.take(bytes)) throw too_much_held();
    bytes_ += bytes;
    events_.push_back(std::move(event));
    if (events_.size() >= kRowsPerWrite || bytes_ >= lanes_.bytes_per_write()) co_await flush();
  }

  /// Waits for all writes, well or not. This must not be destroyed before.
  awaitable<void> finish() {
    std::exception_ptr error;
    try {
      co_await flush();
    } catch (...) {
      error = std::current_exception();
    }
    for (std::size_t i = 0; i < kWritesAtOnce; ++i) co_await slots_.take();
    if (!error_) error_ = error;
  }

  void check() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  awaitable<void> flush() {
    if (events_.empty()) co_return;
    co_await slots_.take();
    if (error_) {
      slots_.give_back();
      check();
    }
    auto executor = co_await boost::asio::this_coro::executor;
    auto write = lanes_.write(table_, std::exchange(events_, {}));
    bytes_ = 0;
    share_.give_back();  // from here on it counts as waiting
    boost::asio::co_spawn(executor, std::move(write),
                          [this](std::exception_ptr error, const std::vector<Fate>& fates) {
                            if (error) error_ = std::move(error);
                            count(result_, fates);
                            slots_.give_back();
                          });
  }

  Lanes& lanes_;
  io::Budget::Share share_;
  EventsTable table_;
  IntakeResult& result_;
  io::Slots slots_;
  std::vector<Event> events_;
  std::size_t bytes_ = 0;
  std::exception_ptr error_;
};

awaitable<IntakeResult> Intake::take_lines(EventsTable table, NextPart next_part, Settings settings) {
  IntakeResult result;
  Pipeline pipeline(lanes_, budget_, std::move(table), result);
  LineCutter cutter(kMaxLine);
  std::exception_ptr failure;
  try {
    bool at_end = false;
    while (!at_end) {
      const auto part = co_await next_part();
      at_end = !part.has_value();
      const Timestamp received = now();
      for (const auto& line : at_end ? cutter.finish() : cutter.add(*part)) {
        Decoded item = decode_line(line, received);
        if (auto* event = std::get_if<Event>(&item)) {
          co_await pipeline.add(std::move(*event));
          continue;
        }
        if (!settings.skip_bad) throw InvalidInput(std::get<Problems>(std::move(item)));
        note(result, line.number, std::get<Problems>(std::move(item)));
      }
    }
  } catch (...) {
    failure = std::current_exception();
  }
  co_await pipeline.finish();
  if (failure) std::rethrow_exception(failure);
  pipeline.check();
  co_return result;
}

}  // namespace annals::events
