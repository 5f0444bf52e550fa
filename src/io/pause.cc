#include "io/pause.h"

#include <utility>

#include <boost/asio/execution.hpp>
#include <boost/asio/query.hpp>

namespace annals::io {
namespace {

namespace asio = boost::asio;

/// Holds the turns of one context, which destroys those who still wait when it destroys its other handlers.
class LongWork final : public asio::execution_context::service {
 public:
  using key_type = LongWork;
  static inline asio::execution_context::id id;

  explicit LongWork(asio::execution_context& context, std::size_t turns = 1)
      : asio::execution_context::service(context), turns_(turns) {}

  [[nodiscard]] Slots& turns() { return turns_; }

 private:
  void shutdown() override { turns_.discard(); }

  Slots turns_;
};

}  // namespace

void let_work_long(asio::execution_context& context, std::size_t coroutines) {
  asio::make_service<LongWork>(context, coroutines);
}

bool Stint::is_over() {
  const auto now = Clock::now();
  if (std::exchange(is_resting_, false)) since_ = now;
  if (!is_first_ && turns_ == nullptr) return true;
  return now - since_ >= left_;
}

asio::awaitable<void> Stint::renew() {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Slots& turns = asio::use_service<LongWork>(asio::query(executor, asio::execution::context)).turns();
  rest();
  if (left_ <= left_.zero()) {
    co_await turns.take();
    left_ = longest_;
  } else if (!turns.take_if_free()) {
    // The rest of a stint: who waits often, for the next bytes, would otherwise get little of each turn.
    co_await turns.take_next();
  }
  turns_ = &turns;
  is_first_ = false;
  is_resting_ = false;
  since_ = Clock::now();
}

void Stint::rest() {
  if (!std::exchange(is_resting_, true)) left_ -= Clock::now() - since_;
  if (auto* turns = std::exchange(turns_, nullptr)) turns->release();
}

}  // namespace annals::io
