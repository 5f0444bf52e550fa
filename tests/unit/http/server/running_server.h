// A server on a free port of the loopback interface, with routes to try it with.
#pragma once

#include <atomic>
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

#include "http/authentication.h"
#include "http/router.h"
#include "http/server/server.h"

namespace annals::http {

/// Routes: GET /open, POST /open (both echo), POST /echo (needs the key), GET /items/{id}, DELETE /gone
/// (204), GET /throws, GET /bad-header, GET /waits (until release() is called); and those of `more`.
class RunningServer {
 public:
  explicit RunningServer(ServerLimits limits = {}, int threads = 2, std::vector<Route> more = {})
      : authentication_({crypto::Secret("the-right-key")}), work_(io_.get_executor()) {
    add_routes();
    for (Route& route : more) router_.add(std::move(route));
    server_ = std::make_unique<Server>(io_.get_executor(), "127.0.0.1", 0, router_, authentication_, limits);
    server_->start();
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { io_.run(); });
  }

  ~RunningServer() {
    release();
    server_->stop();
    EXPECT_TRUE(server_->wait_closed(std::chrono::seconds(10))) << "a connection stayed open after stop()";
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
  void add_routes() {
    const auto echo = [this](Request request) { return this->echo(std::move(request)); };
    router_.add({.method = "GET", .path = "/open", .access = Access::open, .handler = echo});
    router_.add({.method = "POST", .path = "/open", .access = Access::open, .handler = echo});
    router_.add({.method = "POST", .path = "/echo", .handler = echo});
    router_.add({.method = "GET", .path = "/items/{id}", .access = Access::open, .handler = item});
    router_.add({.method = "DELETE", .path = "/gone", .access = Access::open, .handler = gone});
    router_.add({.method = "GET", .path = "/throws", .access = Access::open, .handler = throws});
    router_.add({.method = "GET", .path = "/bad-header", .access = Access::open, .handler = bad_header});
    router_.add(
        {.method = "GET", .path = "/waits", .access = Access::open, .handler = [this](Request request) {
           return wait(std::move(request));
         }});
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
  Authentication authentication_;
  std::atomic<int> waiting_ = 0;
  std::atomic<int> handled_ = 0;
  std::atomic<bool> released_ = false;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unique_ptr<Server> server_;
  std::vector<std::jthread> threads_;
};

/// Polls until `condition` holds; false when it does not within 10 s.
template <class Condition>
bool eventually(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace annals::http
