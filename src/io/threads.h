#pragma once

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace annals::io {

/// Runs coroutines on a fixed number of threads. A std::exception that a handler lets out is passed to
/// `on_exception`, and the thread continues. Only executor() is thread-safe.
class Threads {
 public:
  using OnException = void (*)(const char* what);

  Threads(int count, OnException on_exception);
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  [[nodiscard]] boost::asio::any_io_executor executor() { return context_.get_executor(); }

  /// Starts the threads. Nothing runs before that.
  void start();

  /// Has each of the running threads take up a piece of work. Returns false if one of them has not done so
  /// after `patience`: it is stuck in what it does. Call it from a thread that is none of them, one call at a
  /// time. It costs them microseconds when they are idle, and some of their time while one of them is busy.
  bool each_turns(std::chrono::milliseconds patience);

  /// Stops the threads and joins them. Suspended coroutines never resume.
  void stop();

  /// Destroys the suspended coroutines with everything that they own. Call it after stop(), while what they
  /// refer to still exists: the destructor of the io_context would do it too late.
  void discard();

 private:
  /// Exposes shutdown(), the step of io_context's destructor that destroys its handlers.
  class Context : public boost::asio::io_context {
   public:
    using boost::asio::execution_context::shutdown;
    using boost::asio::io_context::io_context;
  };

  class RollCall;

  void run();

  const int count_;
  const OnException on_exception_;
  Context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_;
  std::vector<std::jthread> threads_;
};

}  // namespace annals::io
