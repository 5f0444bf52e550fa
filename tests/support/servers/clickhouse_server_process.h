#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace annals::support {

/// Runs a real ClickHouse server for one test, in a temporary directory and on a free port of 127.0.0.1. The
/// destructor ends the process and removes the directory. The server also dies with the thread that started
/// it. Not thread-safe. Every call throws std::runtime_error if the server does not do as asked.
class ClickHouseServerProcess {
 public:
  /// Starts the server and waits until it answers.
  ClickHouseServerProcess();
  ~ClickHouseServerProcess();
  ClickHouseServerProcess(const ClickHouseServerProcess&) = delete;
  ClickHouseServerProcess& operator=(const ClickHouseServerProcess&) = delete;

  /// Returns `http://127.0.0.1:PORT`, which restart() does not change.
  [[nodiscard]] std::string endpoint() const;

  /// Ends the process at once (SIGKILL): connections are reset, later ones refused. The data stays.
  void kill();

  /// Freezes the process (SIGSTOP): the kernel accepts connections, but nothing answers.
  void stop() const;
  /// Resumes the process after stop().
  void cont() const;

  /// Kills the server if it runs and starts it again on the same data and port.
  void restart();

  /// Runs one statement and returns its result as text.
  [[nodiscard]] std::string query(const std::string& sql) const;

 private:
  /// Waits until the server answers. Returns false if the process ended instead, because another one took the
  /// port, or if it did not answer in time and was killed.
  bool answers();

  std::filesystem::path directory_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;  // 0: not running
};

}  // namespace annals::support
