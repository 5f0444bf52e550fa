#include "engine/count.h"

#include <utility>

namespace annals::engine {

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
boost::asio::awaitable<bool> counts_any(Engine& engine, Statement statement) {
  const auto count = co_await engine.query(std::move(statement));
  co_return !count.starts_with("0\n");
}

}  // namespace annals::engine
