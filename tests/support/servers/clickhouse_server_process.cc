#include "support/servers/clickhouse_server_process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "io/http_client.h"

namespace annals::support {
namespace {

constexpr std::chrono::seconds kStartTime{180};
constexpr std::chrono::milliseconds kPollInterval{10};
constexpr std::chrono::seconds kStatementTime{180};
constexpr int kStarts = 5;
constexpr int kOk = 200;

/// Returns a port that was free a moment ago.
std::uint16_t free_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{
      .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0;
  close(descriptor);
  if (!bound) throw std::system_error(errno, std::generic_category(), "no free port");
  return ntohs(address.sin_port);
}

std::filesystem::path make_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "clickhouse.XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  return name;
}

pid_t spawn(const std::filesystem::path& directory, std::uint16_t port) {
  std::array<std::string, 3> words{ANNALS_CLICKHOUSE_SERVER, directory.string(), fmt::format("{}", port)};
  std::array<char*, 4> argv{words[0].data(), words[1].data(), words[2].data(), nullptr};
  pid_t pid = 0;
  const int error = posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ);
  if (error != 0) throw std::system_error(error, std::generic_category(), words[0]);
  return pid;
}

bool has_ended(pid_t pid) {
  return waitpid(pid, nullptr, WNOHANG) == pid;
}

bool ping(const std::string& endpoint) {
  try {
    io::HttpClient client;
    return client.send({.method = "GET", .url = endpoint + "/ping", .timeout = std::chrono::seconds{1}})
               .status == kOk;
  } catch (const io::HttpFailure&) {
    return false;
  }
}

void signal_to(pid_t pid, int signal) {
  if (pid == 0) throw std::runtime_error("the ClickHouse server does not run");
  if (::kill(pid, signal) != 0) throw std::system_error(errno, std::generic_category(), "kill");
}

}  // namespace

ClickHouseServerProcess::ClickHouseServerProcess() : directory_(make_directory()) {
  for (int i = 0; i < kStarts; ++i) {
    port_ = free_port();
    pid_ = spawn(directory_, port_);
    if (answers()) return;
  }
  throw std::runtime_error("the ClickHouse server does not start; see server.log in " + directory_.string());
}

ClickHouseServerProcess::~ClickHouseServerProcess() {
  if (pid_ != 0) {
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string ClickHouseServerProcess::endpoint() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

void ClickHouseServerProcess::kill() {
  signal_to(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void ClickHouseServerProcess::stop() const {
  signal_to(pid_, SIGSTOP);
}

void ClickHouseServerProcess::cont() const {
  signal_to(pid_, SIGCONT);
}

void ClickHouseServerProcess::restart() {
  if (pid_ != 0) kill();
  pid_ = spawn(directory_, port_);
  if (!answers()) throw std::runtime_error("the ClickHouse server does not start again on " + endpoint());
}

std::string ClickHouseServerProcess::query(const std::string& sql) const {
  io::HttpClient client;
  auto response =
      client.send({.method = "POST", .url = endpoint() + "/", .body = sql, .timeout = kStatementTime});
  if (response.status != kOk) throw std::runtime_error(response.body);
  return std::move(response.body);
}

bool ClickHouseServerProcess::answers() {
  const auto deadline = std::chrono::steady_clock::now() + kStartTime;
  while (std::chrono::steady_clock::now() < deadline) {
    if (has_ended(pid_)) {
      pid_ = 0;
      return false;
    }
    if (ping(endpoint())) return true;
    std::this_thread::sleep_for(kPollInterval);
  }
  kill();
  return false;
}

}  // namespace annals::support
