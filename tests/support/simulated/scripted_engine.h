#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace annals::support {

/// Answers those calls for which a test has set a function, records every statement, and forwards the other
/// calls to the engine behind it. Without one it refuses them, naming the statement. Not safe for concurrent
/// use: for tests on one thread.
class ScriptedEngine final : public engine::Engine {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;
  using Statement = engine::Statement;

  /// `behind` must outlive this object; it may be null.
  explicit ScriptedEngine(engine::Engine* behind = nullptr) : behind_(behind) {}

  std::function<Awaitable<void>(Statement)> on_execute = nullptr;
  std::function<Awaitable<std::string>(Statement)> on_query = nullptr;
  std::function<Awaitable<void>(Statement, Sink)> on_scan = nullptr;
  std::function<Awaitable<void>(engine::Insert)> on_insert = nullptr;
  std::function<Awaitable<void>()> on_make_durable = nullptr;

  Awaitable<void> execute(Statement statement) override {
    seen.push_back(statement);
    if (on_execute) return on_execute(std::move(statement));
    return behind(statement.sql).execute(std::move(statement));
  }
  Awaitable<std::string> query(Statement statement) override {
    seen.push_back(statement);
    if (on_query) return on_query(std::move(statement));
    return behind(statement.sql).query(std::move(statement));
  }
  Awaitable<void> scan(Statement statement, Sink sink) override {
    seen.push_back(statement);
    if (on_scan) return on_scan(std::move(statement), std::move(sink));
    return behind(statement.sql).scan(std::move(statement), std::move(sink));
  }
  Awaitable<std::unique_ptr<engine::ResultStream>> stream(Statement statement) override {
    seen.push_back(statement);
    return behind(statement.sql).stream(std::move(statement));
  }
  Awaitable<void> insert(engine::Insert insert) override {
    inserted.push_back(insert);
    if (on_insert) return on_insert(std::move(insert));
    return behind(insert.into).insert(std::move(insert));
  }

  Awaitable<void> make_durable() override {
    if (on_make_durable) return on_make_durable();
    return behind("make_durable").make_durable();
  }

  /// Returns how many statements contain a text.
  [[nodiscard]] std::size_t count(std::string_view text) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(seen, [text](const Statement& one) { return one.sql.contains(text); }));
  }

  std::vector<Statement> seen = {};
  std::vector<engine::Insert> inserted = {};

 private:
  engine::Engine& behind(const std::string& what) {
    if (behind_ == nullptr) {
      throw engine::EngineError(engine::EngineError::Kind::refused, 0, "not in the script: " + what);
    }
    return *behind_;
  }

  engine::Engine* behind_;
};

/// Returns the value of a statement's parameter, "" if there is none of that name.
inline std::string parameter(const engine::Statement& statement, std::string_view name) {
  for (const auto& one : statement.parameters) {
    if (one.name == name) return one.value;
  }
  return {};
}

/// Makes the answers of a script.
inline boost::asio::awaitable<std::string> answer(std::string text) {
  co_return text;
}
inline boost::asio::awaitable<void> done() {
  co_return;
}
inline boost::asio::awaitable<void> fail_with(engine::EngineError error) {
  throw error;
  co_return;
}

}  // namespace annals::support
