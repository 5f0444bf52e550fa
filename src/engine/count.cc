#include "engine/count.h"

#include <utility>

#include "engine/rows.h"

namespace annals::engine {

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
boost::asio::awaitable<bool> counts_any(Engine& engine, Statement statement) {
  const auto count = co_await engine.query(std::move(statement));
  co_return numbers_in(count, 1).front() > 0;
}

}  // namespace annals::engine
