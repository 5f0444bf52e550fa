#include "engine/rights.h"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/settled.h"

namespace annals::engine {
namespace {

/// The GRANT statements of docs/operations.md, right by right.
constexpr auto kRights = std::to_array<std::string_view>({
    "CREATE DATABASE ON *.*",
    "DROP DATABASE ON *.*",
    "CREATE TABLE ON *.*",
    "DROP TABLE ON *.*",
    "INSERT ON *.*",
    "SELECT ON *.*",
    "TABLE ENGINE ON MergeTree",
    "TABLE ENGINE ON ReplacingMergeTree",
    "TABLE ENGINE ON `Null`",
    "ALTER DELETE ON default.*",
    "ALTER MODIFY COMMENT ON default.*",
});

Error unusable(std::string detail, const std::string& log_text) {
  return {ErrorCode::engine_unavailable, std::move(detail), log_text};
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
boost::asio::awaitable<bool> has(Engine& engine, std::string rights) {
  const auto answer = co_await engine.query({.sql = "CHECK GRANT " + std::move(rights)});
  co_return answer.starts_with('1');
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
boost::asio::awaitable<std::string> missing_rights(Engine& engine) {
  const bool has_all = co_await has(engine, fmt::format("{}", fmt::join(kRights, ", ")));
  if (has_all) co_return "";
  std::string missing;
  for (const std::string_view right : kRights) {
    const bool granted = co_await has(engine, std::string(right));
    if (!granted) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", right);
  }
  co_return missing;
}

}  // namespace

// NOLINTNEXTLINE(*-reference-coroutine-parameters): it outlives every call
boost::asio::awaitable<void> check_rights(Engine& engine) {
  std::string missing;
  try {
    missing = co_await missing_rights(engine);
  } catch (const EngineError& error) {
    if (!error.is_forbidden()) throw;
    throw unusable("The profile of the ClickHouse user forbids settings or statements that Annals needs.",
                   error.what());
  }
  if (missing.empty()) co_return;
  auto text = fmt::format("The ClickHouse user lacks rights: {}.", missing);
  throw unusable(text, text);
}

}  // namespace annals::engine
