#include "upkeep/sweep.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "ops/log.h"

namespace annals::upkeep {
namespace {

using files::ExpectedUploads;
using files::LateUploadRemoval;
using tenants::Lifecycle;

/// The engine may be on its way up: until a round has succeeded the next follows soon.
constexpr std::chrono::milliseconds kUntilFirstSuccess{500};

}  // namespace

Sweep::Sweep(const boost::asio::any_io_executor& executor, Lifecycle& lifecycle,
             LateUploadRemoval& late_uploads, Times times)
    : lifecycle_(lifecycle),
      late_uploads_(late_uploads),
      times_(times),
      strand_(boost::asio::make_strand(executor)),
      timer_(strand_) {}

Sweep::~Sweep() = default;

std::future<void> Sweep::start() {
  auto first_round = first_round_.get_future();
  ended_ = boost::asio::co_spawn(strand_, run(), boost::asio::use_future);
  return first_round;
}

bool Sweep::stop(std::chrono::milliseconds patience) {
  if (!ended_.valid()) return true;
  boost::asio::post(strand_, [this] {
    stopping_ = true;
    timer_.cancel();
  });
  return ended_.wait_for(patience) == std::future_status::ready;
}

boost::asio::awaitable<void> Sweep::run() {
  bool succeeded = co_await round(times_.abandoned_at_start);
  first_round_.set_value();
  // After the first round: nobody waits for files of tenants that are gone.
  co_await remove_late_uploads();
  while (!stopping_) {
    timer_.expires_after(succeeded ? times_.interval : std::min(times_.interval, kUntilFirstSuccess));
    boost::system::error_code cancelled;
    co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
    if (stopping_) co_return;
    const bool well = co_await round(times_.abandoned_after);
    succeeded = succeeded || well;
    co_await remove_late_uploads();
  }
}

boost::asio::awaitable<bool> Sweep::round(std::chrono::milliseconds abandoned_after) {
  try {
    co_await lifecycle_.recover(abandoned_after);
  } catch (const std::exception& error) {
    ops::log(ops::Level::warning, "a sweep of half-done tenants failed", {{"error", error.what()}});
    co_return false;
  }
  co_return true;
}

boost::asio::awaitable<void> Sweep::remove_late_uploads() {
  try {
    const auto expected = co_await late_uploads_.expected();
    for (const ExpectedUploads& one : expected) {
      if (stopping_) co_return;
      co_await late_uploads_.remove(one);
    }
  } catch (const std::exception& error) {
    ops::log(ops::Level::warning, "late uploads were not removed", {{"error", error.what()}});
  }
}

}  // namespace annals::upkeep
