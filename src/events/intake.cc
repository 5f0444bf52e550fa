#include "events/intake.h"

#include <chrono>
#include <exception>

#include <fmt/format.h>
#include <boost/asio/this_coro.hpp>

#include "error.h"
#include "events/bulk_write.h"
#include "events/line_cutter.h"
#include "events/time.h"

namespace annals::events {
namespace {

using boost::asio::awaitable;

constexpr std::size_t kMaxListedErrors = 1000;
constexpr std::size_t kMaxLine = std::size_t{4} << 20U;

void note(IntakeResult& result, std::int64_t index, Problems problems) {
  if (result.errors.size() < kMaxListedErrors) {
    result.errors.emplace_back(index, std::move(problems));
  } else {
    ++result.errors_left_out;
  }
}

Error too_much_held() {
  return {ErrorCode::overloaded, "Too many events are being received. Try again later."};
}

/// `place` is that of the line.
Decoded decode_line(const LineCutter::Line& line, const Place& place, Timestamp received) {
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
    const auto part = co_await next_part({});
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
  for (const Fate fate : fates) ++(fate == Fate::accepted ? result.accepted : result.duplicates);
  co_return result;
}

awaitable<IntakeResult> Intake::take_lines(EventsTable table, NextPart next_part, Settings settings) {
  IntakeResult result;
  BulkWrite write(co_await boost::asio::this_coro::executor, lanes_, budget_, std::move(table));
  LineCutter cutter(kMaxLine);
  Place place{"body", std::int64_t{0}};
  std::exception_ptr failure;
  try {
    bool at_end = false;
    while (!at_end) {
      const auto part = co_await next_part([&write] { write.pause(); });
      write.check();
      at_end = !part.has_value();
      const Timestamp received = now();
      for (const auto& line : at_end ? cutter.finish() : cutter.add(*part)) {
        place.back() = line.number;
        Decoded item = decode_line(line, place, received);
        if (auto* event = std::get_if<Event>(&item)) {
          if (!write.add(std::move(*event))) throw too_much_held();
          if (write.is_full()) co_await write.make_room();
          continue;
        }
        if (!settings.skip_bad) throw InvalidInput(std::get<Problems>(std::move(item)));
        note(result, line.number, std::get<Problems>(std::move(item)));
      }
    }
  } catch (...) {
    failure = std::current_exception();
  }
  co_await write.finish();
  if (failure) std::rethrow_exception(failure);
  write.check();
  result.accepted = write.counts().accepted;
  result.duplicates = write.counts().duplicates;
  co_return result;
}

}  // namespace annals::events
