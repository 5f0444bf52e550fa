#include "cli/terminal/signals.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

namespace annals::cli {
namespace {

bool is_ignored(int number) {
  struct sigaction action{};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void end_by_signal(int number) {
  std::signal(number, SIG_DFL);
  std::raise(number);
  constexpr int kEndedBySignal = 128;   // as a shell reports it
  std::_Exit(kEndedBySignal + number);  // the signal is blocked
}

Interruption::Interruption(std::string message) : message_(std::move(message)) {
  for (const int number : {SIGINT, SIGTERM}) {
    if (!is_ignored(number)) signals_.add(number);
  }
  signals_.async_wait([this](const boost::system::error_code& error, int number) {
    if (!error) end(number);
  });
  waiting_ = std::jthread([this] { context_.run(); });
}

Interruption::~Interruption() {
  context_.stop();
}

void Interruption::end(int number) const {
  // The main thread may hold the lock of stderr, so the message goes past it.
  constexpr std::string_view kClearLine = "\r\x1b[K";
  const std::string text = fmt::format("{}{}\n", ::isatty(STDERR_FILENO) == 1 ? kClearLine : "", message_);
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
  end_by_signal(number);
}

}  // namespace annals::cli
