#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "error.h"
#include "io/turns.h"

namespace annals::io {

/// Says how busy a pool is.
struct PoolLoad {
  std::size_t threads = 0;
  std::size_t running = 0;  // jobs
  std::size_t waiting = 0;
  std::size_t max_waiting = 0;
  std::uint64_t refused = 0;  // jobs so far that found no room to wait
};

/// Runs queued jobs on a fixed number of threads; readers take turns. The queue is bounded; the destructor
/// runs what is queued, then joins. Thread-safe.
class BlockingThreads {
 public:
  using Reader = Turns::Reader;
  /// A job gets the index of the thread that runs it, below `threads`, or nullopt if there was no room to
  /// wait. It must not throw.
  using Job = Turns::Job;

  /// At most `max_waiting` jobs may wait, of one reader a quarter of that; of one reader a quarter of the
  /// threads may run jobs; and of all readers so many jobs that two threads, if there are enough, are left
  /// for others.
  BlockingThreads(std::size_t threads, std::size_t max_waiting);
  ~BlockingThreads();
  BlockingThreads(const BlockingThreads&) = delete;
  BlockingThreads& operator=(const BlockingThreads&) = delete;

  /// Queues the job. If there is no room for it, calls it at once with nullopt.
  void post(const Reader& reader, Job job);

  [[nodiscard]] PoolLoad load() const;

 private:
  void run(std::size_t index);

  const std::size_t max_waiting_;
  mutable std::mutex mutex_;  // guards what follows but for the threads
  std::condition_variable ready_;
  Turns turns_;
  bool closing_ = false;
  std::size_t running_ = 0;
  std::uint64_t refused_ = 0;
  std::vector<std::jthread> threads_;
};

/// Runs blocking work on a fixed number of threads, each with its own `Resource` (an engine connection, an
/// HTTP client), so that the coroutines of the I/O threads never block. Thread-safe. It must outlive every
/// coroutine that waits on it.
template <class Resource>
class BlockingPool {
 public:
  BlockingPool(std::vector<std::unique_ptr<Resource>> resources, std::size_t max_waiting)
      : resources_(std::move(resources)), threads_(resources_.size(), max_waiting) {}

  /// Runs `work(resource)` on one of the threads, for its effects only. If too many wait, calls it at once
  /// with null. `work` must not throw.
  template <class Work>
  void post(Work work, const Turns::Reader& reader = {}) {
    threads_.post(reader, [this, work = std::move(work)](std::optional<std::size_t> thread) mutable {
      work(thread ? resources_[*thread].get() : nullptr);
    });
  }

  [[nodiscard]] PoolLoad load() const { return threads_.load(); }

  /// Returns the resource, or throws Error(overloaded) if it is null because too many wait.
  static Resource& checked(Resource* resource) {
    if (resource != nullptr) return *resource;
    throw Error(ErrorCode::overloaded, "Too many requests are waiting. Try again later.",
                "the queue of a blocking pool is full");
  }

  /// Runs `work(resource)` on one of the threads and resumes the caller on its own executor with the result,
  /// or with the exception that `work` threw. Throws Error(overloaded) if too many wait.
  template <class Work>
  boost::asio::awaitable<std::invoke_result_t<Work&, Resource&>> run(Work work, Turns::Reader reader = {}) {
    using Result = std::invoke_result_t<Work&, Resource&>;
    using Token = boost::asio::use_awaitable_t<>;
    auto start = [this, work = std::move(work), reader = std::move(reader)](auto handler) mutable {
      auto executor = boost::asio::get_associated_executor(handler);
      auto guard = boost::asio::make_work_guard(executor);
      threads_.post(reader, [this, work = std::move(work), handler = std::move(handler),
                             guard = std::move(guard)](std::optional<std::size_t> thread) mutable {
        resume(std::move(handler), guard.get_executor(), work, thread ? resources_[*thread].get() : nullptr);
      });
    };
    if constexpr (std::is_void_v<Result>) {
      co_await boost::asio::async_initiate<const Token, void(std::exception_ptr)>(std::move(start),
                                                                                  boost::asio::use_awaitable);
    } else {
      auto result =
          co_await boost::asio::async_initiate<const Token, void(std::exception_ptr, std::optional<Result>)>(
              std::move(start), boost::asio::use_awaitable);
      // NOLINTNEXTLINE(bugprone-unchecked-optional-access): without an error there is a result
      co_return *std::move(result);
    }
  }

 private:
  /// Runs the work, unless the queue was full (null resource), and passes the outcome to the coroutine on the
  /// coroutine's executor.
  template <class Handler, class Executor, class Work>
  static void resume(Handler handler, const Executor& executor, Work& work, Resource* resource) {
    using Result = std::invoke_result_t<Work&, Resource&>;
    std::exception_ptr error;
    if constexpr (std::is_void_v<Result>) {
      try {
        work(checked(resource));
      } catch (...) {
        error = std::current_exception();
      }
      boost::asio::post(executor, [handler = std::move(handler), error = std::move(error)]() mutable {
        std::move(handler)(std::move(error));
      });
    } else {
      std::optional<Result> result;
      try {
        result.emplace(work(checked(resource)));
      } catch (...) {
        error = std::current_exception();
      }
      boost::asio::post(executor, [handler = std::move(handler), error = std::move(error),
                                   result = std::move(result)]() mutable {
        std::move(handler)(std::move(error), std::move(result));
      });
    }
  }

  std::vector<std::unique_ptr<Resource>> resources_;
  BlockingThreads threads_;  // after the resources: its destructor joins the threads that use them
};

/// Runs work that would keep an I/O thread too long. Those who want work done take turns. Thread-safe. It
/// must outlive every coroutine that waits on it.
class SideThreads {
 public:
  SideThreads(std::size_t threads, std::size_t max_waiting) : pool_(nothing_for(threads), max_waiting) {}

  /// Runs `work()` on one of the threads and resumes the caller on its own executor with the result, or with
  /// the exception that `work` threw. Throws Error(overloaded) if too much waits, of all or for that name.
  template <class Work>
  boost::asio::awaitable<std::invoke_result_t<Work&>> run(const std::string& name, Work work) {
    return pool_.run(without_resource(std::move(work)), {.name = name});
  }

  /// Does the same for threads that nobody shares: nobody takes turns there.
  template <class Work>
  boost::asio::awaitable<std::invoke_result_t<Work&>> run(Work work) {
    return pool_.run(without_resource(std::move(work)));
  }

  /// Runs `work(true)` on one of the threads, for its effects only. If too much waits, calls `work(false)` at
  /// once. `work` must not throw.
  template <class Work>
  void post(Work work) {
    pool_.post([work = std::move(work)](const Nothing* nothing) mutable { work(nothing != nullptr); });
  }

 private:
  using Nothing = std::monostate;

  template <class Work>
  static auto without_resource(Work work) {
    return [work = std::move(work)](Nothing& /*nothing*/) mutable { return work(); };
  }

  static std::vector<std::unique_ptr<Nothing>> nothing_for(std::size_t threads) {
    std::vector<std::unique_ptr<Nothing>> nothing(threads);
    for (auto& one : nothing) one = std::make_unique<Nothing>();
    return nothing;
  }

  BlockingPool<Nothing> pool_;
};

}  // namespace annals::io
