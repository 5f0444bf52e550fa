#pragma once

#include <thread>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace annals::io {

/// Runs coroutines on a fixed number of threads. An exception that a handler lets out is logged by
/// `on_exception` and ends nothing. Not thread-safe, but for executor().
class Threads {
 public:
  using OnException = void (*)(const char* what);

  Threads(int count, OnException on_exception);
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  [[nodiscard]] boost::asio::any_io_executor executor() { return context_.get_executor(); }

  /// Starts the threads. Until then nothing runs.
  void start();

  /// Stops the threads and joins them. Coroutines that are suspended stay so for ever.
  void stop();

  /// Destroys the suspended coroutines with everything that they own. Call it after stop(), as long as what
  /// they refer to is alive: the destructor of an io_context would do it too late.
  void discard();

 private:
  /// Makes the step of an io_context's destructor available that destroys its handlers.
  class Context : public boost::asio::io_context {
   public:
    using boost::asio::execution_context::shutdown;
    using boost::asio::io_context::io_context;
  };

  void run();

  const int count_;
  const OnException on_exception_;
  Context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_;
  std::vector<std::jthread> threads_;
};

}  // namespace annals::io
