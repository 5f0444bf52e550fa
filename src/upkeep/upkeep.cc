#include "upkeep/upkeep.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "ops/log.h"

namespace annals::upkeep {
namespace {

using boost::asio::awaitable;

/// The pause after a failed run of a round that comes before serving and has not succeeded yet.
constexpr std::chrono::milliseconds kUntilFirstSuccess{500};

}  // namespace

/// A round while it is being repeated.
struct Upkeep::Loop {
  Loop(Round its_round, const boost::asio::strand<boost::asio::any_io_executor>& strand)
      : round(std::move(its_round)), timer(strand), status{.round = round.name} {}

  Round round;
  boost::asio::steady_timer timer;
  bool has_run = false;
  bool has_succeeded = false;
  std::uint64_t failures = 0;  // since it has succeeded
  Status status;
  std::future<void> ended;
};

Upkeep::Upkeep(const boost::asio::any_io_executor& executor, std::vector<Round> rounds)
    : strand_(boost::asio::make_strand(executor)) {
  for (Round& round : rounds) loops_.emplace_back(std::move(round), strand_);
}

Upkeep::~Upkeep() = default;

std::vector<Upkeep::Status> Upkeep::status() const {
  std::vector<Status> result;
  const std::scoped_lock lock(mutex_);
  for (const Loop& loop : loops_) result.push_back(loop.status);
  return result;
}

std::future<void> Upkeep::start() {
  std::promise<void> first_runs;
  auto first_runs_ended = first_runs.get_future();
  begun_ = boost::asio::co_spawn(strand_, begin(std::move(first_runs)), boost::asio::use_future);
  return first_runs_ended;
}

bool Upkeep::stop(std::chrono::milliseconds timeout) {
  if (!begun_.valid()) return true;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  stop_.request_stop();
  const auto cancel = [this] {
    for (Loop& loop : loops_) loop.timer.cancel();
  };
  // Every run may end without it, and this object with them.
  const auto cancelled = boost::asio::post(strand_, boost::asio::use_future(cancel));
  if (cancelled.wait_until(deadline) != std::future_status::ready) return false;
  if (begun_.wait_until(deadline) != std::future_status::ready) return false;
  return std::ranges::all_of(loops_, [deadline](const Loop& loop) {
    return !loop.ended.valid() || loop.ended.wait_until(deadline) == std::future_status::ready;
  });
}

awaitable<void> Upkeep::begin(std::promise<void> first_runs) {
  for (Loop& loop : loops_) {
    if (loop.round.before_serving) co_await run(loop);
  }
  first_runs.set_value();
  for (Loop& loop : loops_)
    loop.ended = boost::asio::co_spawn(strand_, repeat(loop), boost::asio::use_future);
}

// NOLINTBEGIN(*-reference-coroutine-parameters): the loops live as long as this object

awaitable<void> Upkeep::repeat(Loop& loop) {
  while (!stop_.stop_requested()) {
    if (loop.has_run) co_await pause(loop);
    if (stop_.stop_requested()) co_return;
    co_await run(loop);
  }
}

awaitable<void> Upkeep::pause(Loop& loop) {
  const auto interval = loop.round.interval;
  const bool retry_soon = loop.round.before_serving && !loop.has_succeeded;
  loop.timer.expires_after(retry_soon ? std::min(interval, kUntilFirstSuccess) : interval);
  boost::system::error_code cancelled;
  co_await loop.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
}

awaitable<void> Upkeep::run(Loop& loop) {
  loop.has_run = true;
  try {
    co_await loop.round.run(stop_.get_token());
    loop.has_succeeded = true;
    {
      const std::scoped_lock lock(mutex_);
      ++loop.status.succeeded;
      loop.status.last_success = std::chrono::system_clock::now();
    }
    if (loop.failures > 0) {
      ops::log_damped(ops::Level::info, "a background round succeeds again",
                      {{"round", loop.round.name}, {"failures", loop.failures}}, loop.round.name);
      loop.failures = 0;
    }
  } catch (const std::exception& error) {
    ++loop.failures;
    {
      const std::scoped_lock lock(mutex_);
      ++loop.status.failed;
    }
    ops::log_damped(ops::Level::warning, "a background round failed",
                    {{"round", loop.round.name}, {"error", error.what()}}, loop.round.name);
  }
}

// NOLINTEND(*-reference-coroutine-parameters)

}  // namespace annals::upkeep
