#include "cli/serve.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cli/service_manager.h"
#include "cli/terminal/exit_codes.h"
#include "cli/watchdog.h"
#include "config/keys.h"
#include "config/warnings.h"
#include "derived_limits.h"
#include "io/descriptor_limit.h"
#include "ops/log.h"
#include "surroundings.h"

namespace annals::cli {
namespace {

using namespace std::chrono_literals;
using LoadConfig = std::function<config::Config()>;

/// The time limits of a shutdown. Together they stay below the ten seconds that supervisors commonly allow.
constexpr auto kFinishRequests = 7s;
constexpr auto kCloseEngine = 2s;

/// Keeps what this process writes and holds from other users: events and secrets lie in its files and in its
/// memory.
void keep_to_ourselves() {
  ::umask(S_IRWXG | S_IRWXO);
#ifndef ANNALS_SANITIZED  // the search for leaks traces its own process
  constexpr unsigned long kNever = 0;
  ::prctl(PR_SET_DUMPABLE, kNever, 0, 0, 0);  // no core file, and no debugger of the same user
#endif
}

ops::Level log_level(const std::string& name) {
  if (name == "debug") return ops::Level::debug;
  if (name == "warning") return ops::Level::warning;
  if (name == "error") return ops::Level::error;
  return ops::Level::info;
}

/// Throws if the system grants so few open files that something fails at once that does not say why.
void check_descriptor_limit() {
  const std::uint64_t limit = io::raise_descriptor_limit();
  if (limit >= kFewestOpenFiles) return;
  throw std::runtime_error(
      fmt::format("the limit of open files is {}, and Annals needs at least {}, better {}; raise it "
                  "(LimitNOFILE=, ulimit -n)",
                  limit, kFewestOpenFiles, kAmpleOpenFiles));
}

/// Returns a text in single quotes, as one word of a shell.
std::string quoted_for_shell(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += "'\\'";
    result += c;
  }
  return result + "'";
}

void say(const std::string& text) {
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

/// Shows a newcomer the first step. The key is read from its file, so that neither this text nor a log that
/// it lands in gives it away.
void introduce(const Service& service) {
  const auto& key_file = service.made_api_key();
  if (!key_file) return;
  say(fmt::format(
      "annals: generated a platform key; it is kept in {0} and shown nowhere\n\nTry it in another shell:\n\n"
      "  curl -sS {1}/api/initialize-tenant \\\n    -H \"X-API-Key: $(cat {2})\" -H 'Content-Type: "
      "application/json' \\\n"
      "    -d '{{\"database_name\":\"first\",\"client_label\":\"My first client\"}}'\n\n"
      "Or open {1}/console in a browser, and sign in with the key.\n",
      *key_file, service.url(), quoted_for_shell(*key_file)));
}

/// Waits for the signals that stop the service or have it read its configuration again. From its construction
/// on no signal is lost.
class Signals {
 public:
  /// Construct it after the engine has opened, because the engine may replace earlier handlers.
  Signals() = default;

  /// Waits for a signal to stop, and calls `reload` for each SIGHUP before it. When the terminal hangs up in
  /// which the program runs, that is a signal to stop.
  void wait(const std::function<void()>& reload) {
    while (true) {
      const int number = next(std::nullopt);
      if (number == SIGHUP && !has_lost_terminal()) {
        reload();
        continue;
      }
      ops::log(ops::Level::info, "stopping",
               {{"signal", number == SIGTERM  ? "SIGTERM"
                           : number == SIGINT ? "SIGINT"
                                              : "SIGHUP"}});
      return;
    }
  }

  /// Waits until so much time has passed or another signal to stop comes.
  void wait_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (true) {
      const auto left = end - std::chrono::steady_clock::now();
      if (left <= left.zero()) return;
      const int number = next(left);
      if (number == SIGTERM || number == SIGINT) return;
    }
  }

 private:
  /// Returns the next signal, or 0 if the time has passed.
  int next(std::optional<std::chrono::steady_clock::duration> time) {
    int received = 0;
    signals_.async_wait([this, &received](const boost::system::error_code& error, int number) {
      if (!error) received = number;
      timer_.cancel();
    });
    if (time) {
      timer_.expires_after(*time);
      timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) signals_.cancel();
      });
    }
    context_.restart();
    context_.run();
    return received;
  }

  [[nodiscard]] bool has_lost_terminal() const { return had_terminal_ && ::isatty(STDERR_FILENO) != 1; }

  const bool had_terminal_ = ::isatty(STDERR_FILENO) == 1;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer timer_{context_};
  boost::asio::signal_set signals_{context_, SIGTERM, SIGINT, SIGHUP};
};

void set_up_log(const config::Config& config) {
  const bool is_text =
      config.log.format == "text" || (config.log.format == "auto" && ::isatty(STDERR_FILENO) == 1);
  ops::set_log_format(is_text ? ops::LogFormat::text : ops::LogFormat::json);
  ops::set_log_level(log_level(config.log.level));
}

/// Says what is about to serve, with every setting and without secrets.
void log_start(const config::Config& config) {
  std::string settings;
  for (const auto& [key, value] : config::effective(config)) {
    settings += fmt::format("{}{}={}", settings.empty() ? "" : " ", key, value);
  }
  ops::log(ops::Level::info, "starting", {{"version", ANNALS_VERSION}, {"settings", settings}});
}

/// Reads the configuration again. With a mistake in it, everything stays as it is.
void reload(Service& service, const LoadConfig& load) {
  try {
    const config::Config changed = load();
    service.reload(changed);
    ops::set_log_level(log_level(changed.log.level));
  } catch (const std::exception& error) {
    ops::log(ops::Level::error, "the configuration cannot be read again; everything stays as it was",
             {{"error", error.what()}});
  }
}

/// Closes the service, or ends the process once `patience` has passed, as it does if the engine does not end
/// a statement. Acknowledged writes are safe by then, and nothing else is worth a longer wait.
void close_within(std::unique_ptr<Service> service, std::chrono::milliseconds patience) {
  std::promise<void> closed;
  std::future<void> when_closed = closed.get_future();
  std::jthread watchdog([&when_closed, patience] {
    if (when_closed.wait_for(patience) == std::future_status::ready) return;
    ops::log(ops::Level::warning,
             "the engine did not end its statements in time; exiting without waiting for it");
    std::_Exit(kDone);
  });
  service.reset();
  closed.set_value();
}

int serve_checked(const LoadConfig& load, const Adapters& adapters) {
  config::Config config = load();
  set_up_log(config);
  log_start(config);
  check_descriptor_limit();
  std::signal(SIGPIPE, SIG_IGN);  // a peer that disconnects fails one write, not the process
  std::signal(SIGHUP, SIG_IGN);   // until Signals, which says what it means
  const auto drain_delay = config.server.drain_delay;
  auto service = std::make_unique<Service>(std::move(config), adapters);
  service->start();
  Signals signals;
  introduce(*service);
  say(fmt::format("annals: listening on {}", service->url()));
  if (const auto metrics = service->metrics_url()) say(fmt::format("annals: metrics on {}", *metrics));
  tell_service_manager("READY=1");
  std::optional<Watchdog> watchdog;
  if (const auto time = watchdog_time()) {
    watchdog.emplace(*time,
                     [&service](std::chrono::milliseconds patience) { return service->turns(patience); });
  }
  signals.wait([&] { reload(*service, load); });
  tell_service_manager("STOPPING=1");
  service->drain();
  signals.wait_for(drain_delay);
  if (!service->stop(kFinishRequests)) {
    ops::log(ops::Level::warning, "some requests did not end in time and were aborted");
  }
  watchdog.reset();  // the close has a limit of its own
  close_within(std::move(service), kCloseEngine);
  return kDone;
}

}  // namespace

int serve(const std::optional<std::filesystem::path>& config_file, const Adapters& adapters) {
  keep_to_ourselves();
  try {
    return serve_checked([&config_file] { return config::load(config_file); }, adapters);
  } catch (const config::InvalidConfig& mistakes) {
    fmt::print(stderr, "{}\n", mistakes.what());
    return kMistake;
  } catch (const std::exception& error) {
    fmt::print(stderr, "annals: {}\n", error.what());
    return kFailed;
  }
}

int check_configuration(const std::optional<std::filesystem::path>& config_file) {
  try {
    const config::Config config = config::load(config_file);
    (void)load_certificates(config);
    for (const std::string& warning : config::warnings(config))
      fmt::print(stderr, "annals: warning: {}\n", warning);
    say("annals: the configuration has no mistakes");
    return kDone;
  } catch (const std::exception& mistakes) {
    const bool are_all = dynamic_cast<const config::InvalidConfig*>(&mistakes) != nullptr;
    fmt::print(stderr, "{}{}\n", are_all ? "" : "annals: ", mistakes.what());
    return kMistake;
  }
}

}  // namespace annals::cli
