#include "cli/serve.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "cli/terminal/exit_codes.h"
#include "ops/log.h"

namespace annals::cli {
namespace {

using namespace std::chrono_literals;

/// The time limits of a shutdown. Together they stay below the ten seconds that supervisors commonly allow.
constexpr auto kFinishRequests = 7s;
constexpr auto kCloseEngine = 2s;

ops::Level log_level(const std::string& name) {
  if (name == "debug") return ops::Level::debug;
  if (name == "warning") return ops::Level::warning;
  if (name == "error") return ops::Level::error;
  return ops::Level::info;
}

void say(const std::string& text) {
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

void introduce(const Service& service) {
  const auto& made = service.made_api_key();
  if (!made) return;
  const std::string& key = made->reveal();
  say(fmt::format(
      "annals: generated a platform key, printed only this time and stored in {}:\n\n  {}\n\nTry it:\n\n"
      "  curl -s -X POST {}/api/initialize-tenant \\\n    -H 'X-API-Key: {}' -H 'Content-Type: "
      "application/json' \\\n"
      "    -d '{{\"database_name\":\"demo\",\"client_label\":\"Demo\"}}'\n",
      service.api_key_path(), key, service.url(), key));
}

void wait_for_signal() {
  // Installed only after the engine has opened, because the engine may replace earlier handlers.
  boost::asio::io_context signals_context(1);
  boost::asio::signal_set signals(signals_context, SIGTERM, SIGINT);
  signals.async_wait([](const boost::system::error_code& /*error*/, int number) {
    ops::log(ops::Level::info, "stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
  });
  signals_context.run();
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

int serve_checked(config::Config config, const Adapters& adapters) {
  ops::set_log_level(log_level(config.log.level));
  std::signal(SIGPIPE, SIG_IGN);  // a peer that disconnects fails one write, not the process
  auto service = std::make_unique<Service>(std::move(config), adapters);
  service->start();
  introduce(*service);
  say(fmt::format("annals: listening on {}", service->url()));
  wait_for_signal();
  if (!service->stop(kFinishRequests)) {
    ops::log(ops::Level::warning, "some requests did not end in time and were aborted");
  }
  close_within(std::move(service), kCloseEngine);
  return kDone;
}

}  // namespace

int serve(const std::optional<std::filesystem::path>& config_file, const Adapters& adapters) {
  try {
    return serve_checked(config::load(config_file), adapters);
  } catch (const config::InvalidConfig& mistakes) {
    fmt::print(stderr, "{}\n", mistakes.what());
    return kMistake;
  } catch (const std::exception& error) {
    fmt::print(stderr, "annals: {}\n", error.what());
    return kFailed;
  }
}

}  // namespace annals::cli
