#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "error.h"

namespace annals::support {

/// Runs coroutines on this thread, step by step, until a condition holds. A test that uses it decides what
/// happens in which order, and never sleeps.
class Driver {
 public:
  [[nodiscard]] boost::asio::any_io_executor executor() { return io_.get_executor(); }

  /// Runs until the condition holds. Throws std::runtime_error if it does not although nothing is left to
  /// run, or within a minute.
  template <class Condition>
  void until(const Condition& condition) {
    constexpr auto kLongest = std::chrono::minutes(1);
    const auto deadline = std::chrono::steady_clock::now() + kLongest;
    while (!condition()) {
      if (io_.stopped()) io_.restart();
      if (io_.run_one_until(deadline) == 0 && !condition()) {
        throw std::runtime_error("nothing is left to run, and what the test waits for has not happened");
      }
    }
  }

  /// Runs everything that is ready now. Returns how much that was.
  std::size_t settle() {
    if (io_.stopped()) io_.restart();
    return io_.poll();
  }

 private:
  boost::asio::io_context io_{1};
};

/// A coroutine that was started, and its result once it has ended.
template <class T>
class Started {
 public:
  Started(Driver& driver, boost::asio::awaitable<T> work) : driver_(driver) {
    boost::asio::co_spawn(driver.executor(), std::move(work),
                          [outcome = outcome_](std::exception_ptr error, T result) {
                            outcome->error = std::move(error);
                            outcome->result.emplace(std::move(result));
                          });
  }

  [[nodiscard]] bool ended() const { return outcome_->result.has_value(); }

  /// Runs until the coroutine has ended. Returns its result, or throws its exception. Call it once.
  T get() {
    driver_.until([this] { return ended(); });
    if (outcome_->error) std::rethrow_exception(outcome_->error);
    return *std::move(outcome_->result);
  }

 private:
  struct Outcome {
    std::exception_ptr error = {};
    std::optional<T> result = {};
  };
  Driver& driver_;
  std::shared_ptr<Outcome> outcome_ = std::make_shared<Outcome>();
};

/// A coroutine without a result.
template <>
class Started<void> {
 public:
  Started(Driver& driver, boost::asio::awaitable<void> work) : driver_(driver) {
    auto ended = [outcome = outcome_](std::exception_ptr error) {
      outcome->error = std::move(error);
      outcome->ended = true;
    };
    boost::asio::co_spawn(driver.executor(), std::move(work),
                          boost::asio::bind_cancellation_slot(outcome_->cancellation.slot(), ended));
  }

  [[nodiscard]] bool ended() const { return outcome_->ended; }

  /// Lets a wait for a timer fail.
  void cancel() { outcome_->cancellation.emit(boost::asio::cancellation_type::terminal); }

  void get() {
    driver_.until([this] { return ended(); });
    if (outcome_->error) std::rethrow_exception(outcome_->error);
  }

 private:
  struct Outcome {
    std::exception_ptr error = {};
    bool ended = false;
    boost::asio::cancellation_signal cancellation = {};
  };
  Driver& driver_;
  std::shared_ptr<Outcome> outcome_ = std::make_shared<Outcome>();
};

/// Runs a coroutine to its end. Returns its result, or throws its exception.
template <class T>
T run_to_end(Driver& driver, boost::asio::awaitable<T> work) {
  return Started<T>(driver, std::move(work)).get();
}

/// Returns the code of the Error that a coroutine throws, or nullopt if it throws none.
template <class T>
std::optional<ErrorCode> error_of(Started<T>& started) {
  try {
    started.get();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

template <class T>
std::optional<ErrorCode> error_of(Driver& driver, boost::asio::awaitable<T> work) {
  Started<T> started(driver, std::move(work));
  return error_of(started);
}

/// Returns what the log says of the Error that a coroutine throws, or "" if it throws none.
template <class T>
std::string log_text_of(Driver& driver, boost::asio::awaitable<T> work) {
  try {
    Started<T>(driver, std::move(work)).get();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace annals::support
