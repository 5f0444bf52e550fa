#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>

#include "http_load.h"
#include "ids.h"
#include "ops/log.h"
#include "service.h"

namespace annals::bench {

/// Runs the real service with an embedded engine, and gives access to that engine for bare statements.
class House {
 public:
  /// Starts it in the directory, after `change` has changed its configuration. Throws what a start throws.
  explicit House(
      const std::filesystem::path& directory,
      const std::function<void(config::Config&)>& change = [](config::Config&) {})
      : service_(config(directory, change), adapters()) {
    ops::set_log_level(ops::Level::warning);  // `bench watched` measures what lines cost
    service_.start();
    load_thread_ = std::jthread([this] { load_.run(); });
  }
  ~House() {
    guard_.reset();
    load_.stop();
    load_thread_.join();
    service_.stop(std::chrono::seconds(10));
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  [[nodiscard]] engine::Engine& engine() { return *engine_; }
  [[nodiscard]] boost::asio::io_context& load() { return load_; }
  [[nodiscard]] std::uint16_t port() const {
    return static_cast<std::uint16_t>(std::stoi(service_.url().substr(service_.url().rfind(':') + 1)));
  }

  /// Gives the load generator what is left of the cores: in real life it has some of its own.
  void let_load_yield() {
    boost::asio::post(load_, boost::asio::use_future([] {
                        constexpr int kLowest = 19;
                        const auto thread = static_cast<id_t>(::gettid());
                        if (::setpriority(PRIO_PROCESS, thread, kLowest) != 0) {
                          throw std::system_error(errno, std::generic_category(), "setpriority");
                        }
                      }))
        .get();
  }

  /// Runs a coroutine on the load generator's thread.
  template <class T>
  T run(boost::asio::awaitable<T> work) {
    return boost::asio::co_spawn(load_, std::move(work), boost::asio::use_future).get();
  }

  /// Creates a tenant and returns its id.
  std::string tenant(const std::string& name) {
    KeptConnection connection(load_.get_executor(), port());
    const std::string body = fmt::format(R"({{"database_name":"{0}","client_label":"{0}"}})", name);
    const auto reply =
        run(connection.send(request("POST", "/api/initialize-tenant", "application/json", "", body)));
    return std::string(boost::json::parse(reply.body).at("client_id").as_string());
  }

  events::EventsTable bare_table(const std::string& name) {
    events::EventsTable table{
        .engine = *engine_, .database = database_name(name), .owner = ClientId::random()};
    run(engine_->execute({.sql = fmt::format("CREATE DATABASE {}", engine::quote(table.database))}));
    run(engine_->execute(table.create_statement(false)));
    return table;
  }

  /// Waits until no merge runs, so that earlier inserts do not slow down what is measured next.
  void wait_for_merges() {
    while (run(engine_->query({.sql = "SELECT count() FROM system.merges"})) != "0\n") {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  /// Returns the bytes of a request with the platform's key.
  static std::string request(std::string_view method, std::string_view path, std::string_view type,
                             std::string_view client, std::string_view body) {
    return fmt::format(
        "{} {} HTTP/1.1\r\nHost: x\r\nX-API-Key: {}\r\nX-Client-Id: {}\r\nContent-Type: "
        "{}\r\nContent-Length: "
        "{}\r\n\r\n{}",
        method, path, kKey, client, type, body.size(), body);
  }

 private:
  static constexpr std::string_view kKey = "bench-platform-key-0123456789";

  static config::Config config(const std::filesystem::path& directory,
                               const std::function<void(config::Config&)>& change) {
    config::Config config;
    config.server.port = 0;
    config.data.dir = directory;
    config.auth.api_keys = {crypto::Secret(std::string(kKey))};
    config.log.level = "warning";
    config.engine.fsync = std::getenv("BENCH_NO_FSYNC") == nullptr;
    change(config);
    return config;
  }
  Adapters adapters() {
    Adapters adapters = Adapters::standard();
    adapters.engine = [this, make = adapters.engine](const config::Config& config,
                                                     config::DataDirectory& data) {
      auto engine = make(config, data);
      engine_ = engine.get();
      return engine;
    };
    return adapters;
  }

  engine::Engine* engine_ = nullptr;
  Service service_;
  boost::asio::io_context load_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{load_.get_executor()};
  std::jthread load_thread_;
};

}  // namespace annals::bench
