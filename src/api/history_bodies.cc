#include "api/history_bodies.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <utility>

namespace annals::api {
namespace {

using boost::asio::awaitable;
using Place = history::OpenStreams::Place;

/// A body in one part that is counted for as long as it is held.
class HeldBody final : public http::BodyParts {
 public:
  HeldBody(std::string body, history::AnswerBudget::Share share)
      : share_(std::move(share)), body_(std::move(body)) {}
  awaitable<std::optional<std::string>> next() override {
    if (body_.empty()) co_return std::nullopt;
    co_return std::exchange(body_, {});
  }

 private:
  history::AnswerBudget::Share share_;
  std::string body_;
};

class ExportBody final : public http::BodyParts {
 public:
  ExportBody(std::unique_ptr<engine::ResultStream> stream, AdmitAgain admit, std::unique_ptr<Place> place)
      : stream_(std::move(stream)), admit_(std::move(admit)), place_(std::move(place)) {}

  void begin(std::function<void()> break_off) override { place_->when_cut(std::move(break_off)); }

  awaitable<std::optional<std::string>> next() override {
    const auto now = std::chrono::steady_clock::now();
    if (now - admitted_at_ >= kAdmittedFor) {
      co_await admit_();
      admitted_at_ = now;
    }
    auto part = co_await stream_->next();
    co_return part;
  }

 private:
  static constexpr std::chrono::milliseconds kAdmittedFor{500};

  std::unique_ptr<engine::ResultStream> stream_;
  AdmitAgain admit_;
  std::unique_ptr<Place> place_;
  std::chrono::steady_clock::time_point admitted_at_ = std::chrono::steady_clock::now();
};

class TailBody final : public http::BodyParts {
 public:
  TailBody(std::unique_ptr<history::Tail> tail, std::function<void()> wake, std::unique_ptr<Place> place)
      : tail_(std::move(tail)), wake_(std::move(wake)), place_(std::move(place)) {}

  void begin(std::function<void()> break_off) override {
    place_->when_cut([this, break_off = std::move(break_off)] {
      is_cut_ = true;
      // Either next() sees that, or what it returned is being sent.
      if (waits_) {
        wake_();
      } else {
        break_off();
      }
    });
    place_->when_stopped([this] {
      tail_->end();
      wake_();
    });
  }

  awaitable<std::optional<std::string>> next() override {
    if (said_farewell_) co_return std::nullopt;
    waits_ = true;
    auto part = co_await tail_->next();
    waits_ = false;
    if (!part) co_return std::nullopt;
    // A tail that was cut gives out nothing any more.
    said_farewell_ = is_cut_;
    if (said_farewell_) co_return history::Tail::farewell(false);
    co_return part;
  }

 private:
  std::unique_ptr<history::Tail> tail_;
  std::function<void()> wake_;
  std::atomic<bool> waits_ = true;
  std::atomic<bool> is_cut_ = false;
  bool said_farewell_ = false;
  std::unique_ptr<Place> place_;  // the last member: it calls what uses the others
};

}  // namespace

http::Response held_json(std::string body, history::AnswerBudget::Share share) {
  share.keep(body.size());
  const auto size = body.size();
  return {.status = static_cast<int>(http::Status::ok),
          .body_parts = std::make_shared<HeldBody>(std::move(body), std::move(share)),
          .content_length = size};
}

std::shared_ptr<http::BodyParts> export_body(std::unique_ptr<engine::ResultStream> stream, AdmitAgain admit,
                                             std::unique_ptr<Place> place) {
  return std::make_shared<ExportBody>(std::move(stream), std::move(admit), std::move(place));
}

std::shared_ptr<http::BodyParts> tail_body(std::unique_ptr<history::Tail> tail, std::function<void()> wake,
                                           std::unique_ptr<Place> place) {
  return std::make_shared<TailBody>(std::move(tail), std::move(wake), std::move(place));
}

}  // namespace annals::api
