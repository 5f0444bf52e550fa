// A server on a free port of the loopback interface, with routes to try it with. It speaks TLS if over_tls().
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include "error.h"
#include "http/router.h"
#include "http/server/server.h"
#include "unit/http/server/over_tls.h"

namespace annals::http {

/// Less than the idle time of a connection, after which the server would close it anyway.
constexpr std::chrono::seconds kPatience{50};

/// A test failure if it lives as long as a limit of the server is by default. For tests of a shorter one.
class SoonerThan {
 public:
  explicit SoonerThan(std::chrono::milliseconds usual) : usual_(usual) {}
  ~SoonerThan() { EXPECT_LT(std::chrono::steady_clock::now() - began_, usual_); }
  SoonerThan(const SoonerThan&) = delete;
  SoonerThan& operator=(const SoonerThan&) = delete;

 private:
  std::chrono::milliseconds usual_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

inline boost::asio::awaitable<Handler> ready(Handler handler) {
  co_return handler;
}

/// Admits every request.
inline Admit for_anyone(Handler handler) {
  return [handler = std::move(handler)](const Request& /*head*/) { return ready(handler); };
}

/// Admits requests whose X-API-Key is `the-right-key`.
inline Admit with_the_right_key(Handler handler) {
  return [handler = std::move(handler)](const Request& head) {
    if (head.agreed_header("x-api-key") != "the-right-key") {
      throw Error(ErrorCode::unauthorized_api_key, "Unauthorized API Key.");
    }
    return ready(handler);
  };
}

/// Routes: GET /open, POST /open (both echo), POST /echo (needs the key), GET /items/{id}, DELETE /gone
/// (204), GET /throws, GET /bad-header, GET /waits (until release() is called); and those of `more`.
class RunningServer {
 public:
  explicit RunningServer(ServerLimits limits = {}, int threads = 2, std::vector<Route> more = {})
      : work_(io_.get_executor()) {
    add_routes();
    for (Route& route : more) router_.add(std::move(route));
    server_ = std::make_unique<Server>(io_.get_executor(), "127.0.0.1", 0, router_, patient(limits),
                                       ServerSurroundings{.tls = over_tls() ? contexts_of_tests() : nullptr});
    server_->start();
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { io_.run(); });
  }

  ~RunningServer() {
    release();
    server_->stop();
    EXPECT_TRUE(server_->wait_closed(kPatience)) << "a connection stayed open after stop()";
    work_.reset();
  }

  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  Server& server() { return *server_; }

  /// How many requests wait in GET /waits.
  [[nodiscard]] int waiting() const { return waiting_; }
  void release() { released_ = true; }
  /// How many handlers ran.
  [[nodiscard]] int handled() const { return handled_; }

 private:
  /// Gives as much time as a busy machine needs where the test is about no limit of time.
  static ServerLimits patient(ServerLimits limits) {
    constexpr std::chrono::minutes kLong(10);
    const ServerLimits usual;
    for (const auto time : {&ServerLimits::handshake_time, &ServerLimits::header_time,
                            &ServerLimits::body_time, &ServerLimits::write_time}) {
      if (limits.*time == usual.*time) limits.*time = kLong;
    }
    return limits;
  }

  void add_routes() {
    const auto echo = [this](Request request) { return this->echo(std::move(request)); };
    const auto add = [this](std::string method, std::string path, Admit admit) {
      router_.add(
          {.method = std::move(method), .path = std::move(path), .operation = {}, .admit = std::move(admit)});
    };
    add("GET", "/open", for_anyone(echo));
    add("POST", "/open", for_anyone(echo));
    add("POST", "/echo", with_the_right_key(echo));
    add("GET", "/items/{id}", for_anyone(item));
    add("DELETE", "/gone", for_anyone(gone));
    add("GET", "/throws", for_anyone(throws));
    add("GET", "/bad-header", for_anyone(bad_header));
    add("GET", "/waits", for_anyone([this](Request request) { return wait(std::move(request)); }));
  }

  boost::asio::awaitable<Response> echo(Request request) {
    ++handled_;
    co_return json(Status::ok, request.body.empty() ? "{}" : request.body);
  }

  static boost::asio::awaitable<Response> item(Request request) {
    co_return json(Status::ok, request.path_parameters.at("id"));
  }

  static boost::asio::awaitable<Response> gone(Request /*request*/) { co_return no_content(); }

  static boost::asio::awaitable<Response> throws(Request /*request*/) {
    throw std::runtime_error("a secret of ours");
    co_return Response{};
  }

  static boost::asio::awaitable<Response> bad_header(Request /*request*/) {
    Response response = json(Status::ok, "{}");
    response.headers.emplace_back("Location", "x\r\nInjected: y");
    co_return response;
  }

  boost::asio::awaitable<Response> wait(Request /*request*/) {
    ++waiting_;
    boost::asio::steady_timer timer(io_);
    while (!released_) {
      timer.expires_after(std::chrono::milliseconds(2));
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return json(Status::ok, "\"waited\"");
  }

  Router router_;
  std::atomic<int> waiting_ = 0;
  std::atomic<int> handled_ = 0;
  std::atomic<bool> released_ = false;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<Server> server_;
  std::vector<std::jthread> threads_;
};

/// Polls until `condition` holds; false when it does not within `kPatience`.
template <class Condition>
bool eventually(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace annals::http
