#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace annals::support {

/// A real ClickHouse server of a test's own, in a temporary directory and on a free port of 127.0.0.1. The
/// destructor ends the process and removes the directory. The server also dies with the thread that started
/// it. Not safe for concurrent use. Every call throws std::runtime_error when the server does not do as told.
class ClickHouseServerProcess {
 public:
  /// Starts the server and waits until it answers.
  ClickHouseServerProcess();
  ~ClickHouseServerProcess();
  ClickHouseServerProcess(const ClickHouseServerProcess&) = delete;
  ClickHouseServerProcess& operator=(const ClickHouseServerProcess&) = delete;

  /// `http://127.0.0.1:PORT`; the same after restart().
  [[nodiscard]] std::string endpoint() const;

  /// Ends the process at once (SIGKILL): connections are reset, later ones refused. The data stays.
  void kill();

  /// Freezes the process (SIGSTOP): connections are accepted by the kernel, nothing answers.
  void stop() const;
  /// Lets it go on after stop().
  void cont() const;

  /// Kills the server if it runs and starts it again on the same data and port.
  void restart();

  /// Runs one statement and returns its result as text.
  [[nodiscard]] std::string query(const std::string& sql) const;

 private:
  /// False when the process ended instead, because somebody else took the port.
  bool answers();

  std::filesystem::path directory_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;  // 0: not running
};

}  // namespace annals::support
