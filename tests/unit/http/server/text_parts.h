// Bodies in parts, for tests.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/message.h"

namespace annals::http {

/// What a test may know about a body that is being sent, from any thread.
struct PartsSeen {
  std::atomic<int> asked = 0;  // calls of next()
  std::atomic<bool> destroyed = false;
};

/// A body of `count` parts, each made by `make(index)`; then it throws, waits for ever, or ends.
class TextParts final : public BodyParts {
 public:
  enum class End : std::uint8_t { proper, throws, waits };
  using Make = std::function<std::string(int index)>;

  TextParts(PartsSeen& seen, int count, Make make, End end = End::proper)
      : seen_(seen), count_(count), make_(std::move(make)), end_(end) {}
  ~TextParts() override { seen_.destroyed = true; }
  TextParts(const TextParts&) = delete;
  TextParts& operator=(const TextParts&) = delete;

  boost::asio::awaitable<std::optional<std::string>> next() override {
    ++seen_.asked;
    if (made_ < count_) co_return make_(made_++);
    if (end_ == End::throws) throw std::runtime_error("the source dried up");
    if (end_ == End::waits) {
      const auto executor = co_await boost::asio::this_coro::executor;
      boost::asio::steady_timer never(executor, std::chrono::steady_clock::time_point::max());
      co_await never.async_wait(boost::asio::use_awaitable);
    }
    co_return std::nullopt;
  }

 private:
  PartsSeen& seen_;  // outlives this
  const int count_;
  int made_ = 0;
  const Make make_;
  const End end_;
};

/// A handler whose every response is such a body.
inline Handler sends_parts(PartsSeen& seen, int count, const TextParts::Make& make,
                           TextParts::End end = TextParts::End::proper,
                           std::optional<std::uint64_t> content_length = {}) {
  struct Call {
    static boost::asio::awaitable<Response> run(Request /*request*/, Response response) {
      co_return response;
    }
  };
  return [&seen, count, make, end, content_length](Request request) {
    Response response{.content_type = "text/plain",
                      .body_parts = std::make_shared<TextParts>(seen, count, make, end),
                      .content_length = content_length};
    return Call::run(std::move(request), std::move(response));
  };
}

}  // namespace annals::http
