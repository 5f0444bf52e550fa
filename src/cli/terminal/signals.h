#pragma once

#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace annals::cli {

/// Ends the process by a signal, as if this program did not handle it, so that a shell and a supervisor see
/// why it has ended.
[[noreturn]] void end_by_signal(int number);

/// Prints a message and ends the process by the signal when SIGINT or SIGTERM arrives, for as long as this
/// object lives. What the program has on the disk must be sound at every moment, as it must be for SIGKILL.
/// A signal that is ignored, as in a background job of a script, stays so.
class Interruption {
 public:
  /// `message` is a whole line, without its line break.
  explicit Interruption(std::string message);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  void end(int number) const;

  const std::string message_;
  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_{context_};
  std::jthread waiting_;  // last, because it uses the others
};

}  // namespace annals::cli
