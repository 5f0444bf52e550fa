#pragma once

#include <chrono>
#include <cstddef>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "io/slots.h"

namespace annals::io {

/// Returns after that time, without holding a thread.
inline boost::asio::awaitable<void> pause(std::chrono::steady_clock::duration time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

/// Says how many coroutines may work long in that context at once, which is one unless this is called. Call
/// it once, before anything runs there. Throws boost::asio::service_already_exists if it is too late.
void let_work_long(boost::asio::execution_context& context, std::size_t coroutines);

/// Lets a coroutine work long on an I/O thread, in stints. Short work never waits: the first stint is free.
/// For every further one the coroutine needs a turn. There are fewer turns than I/O threads, if there is more
/// than one thread, and they pass in the order of asking, so that however many work long, there is a thread
/// for everybody else.
///
/// The coroutine asks is_over() before each small piece of work and awaits renew() if it is. It calls rest()
/// before each wait that may last: a turn is for work only. What is then left of the stint comes before the
/// stints of others. Not thread-safe.
class Stint {
 public:
  using Clock = std::chrono::steady_clock;

  /// The time of a stint: as much as short work may take, and as one turn costs those that wait for it.
  static constexpr Clock::duration kUsual = std::chrono::milliseconds(2);

  explicit Stint(Clock::duration longest = kUsual) : longest_(longest), left_(longest) {}
  ~Stint() { rest(); }
  Stint(const Stint&) = delete;
  Stint& operator=(const Stint&) = delete;

  /// Returns whether renew() must come before further work. After rest() the stint continues here.
  [[nodiscard]] bool is_over();

  /// Waits for a turn. For a new stint that is after all others that wait for one, and that are ready to run
  /// on this thread.
  boost::asio::awaitable<void> renew();

  /// Gives the turn back, and stops the time.
  void rest();

 private:
  const Clock::duration longest_;
  Clock::duration left_;  // of this stint, when it began or continued
  Clock::time_point since_;
  bool is_resting_ = true;
  bool is_first_ = true;
  Slots* turns_ = nullptr;  // of which this object holds one; null: it holds none
};

/// Lets a stint rest at the end of a scope.
class RestAtEnd {
 public:
  /// `stint` must outlive this object.
  explicit RestAtEnd(Stint& stint) : stint_(stint) {}
  ~RestAtEnd() { stint_.rest(); }
  RestAtEnd(const RestAtEnd&) = delete;
  RestAtEnd& operator=(const RestAtEnd&) = delete;

 private:
  Stint& stint_;
};

}  // namespace annals::io
