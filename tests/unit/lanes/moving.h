#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "io/pause.h"
#include "lanes/moves.h"
#include "support/coroutines/driven.h"
#include "support/machine/temporary_directory.h"
#include "support/simulated/scripted_engine.h"

namespace annals::lanes {

/// Tests of moves begin with this: a journal, and tables that hold the numbers of rows.
class Moving : public testing::Test {
 protected:
  template <class T>
  using awaitable = boost::asio::awaitable<T>;
  using EngineError = engine::EngineError;
  using EventsTable = events::EventsTable;
  using Kind = EngineError::Kind;
  using Numbers = std::vector<std::uint64_t>;

  Moving() {
    engine_.on_insert = [this](engine::Insert insert) { return store(std::move(insert)); };
    engine_.on_query = [this](const engine::Statement& /*statement*/) {
      std::string lines;
      for (const std::uint64_t number : stored_) lines += fmt::format("{}\n", number);
      return support::answer(lines);
    };
    engine_.on_make_durable = [this] { return make_durable(); };
    restart();
  }

  void restart() {
    moves_.reset();
    journal_.reset();
    journal_ = std::make_unique<journal::Journal>(settings_);
    const auto find_table = [this](ClientId owner) { return find(owner); };
    moves_ = std::make_unique<Moves>(*journal_, engine_, find_table, longest_wait_);
  }
  [[nodiscard]] EventsTable table(const ClientId& owner) {
    return {.engine = engine_, .database = DatabaseName::parse("demo").value(), .owner = owner};
  }
  static journal::NumberedRows rows(std::size_t count = 1, std::size_t bytes = 8) {
    journal::NumberedRows made;
    for (std::size_t i = 0; i < count; ++i) {
      made.starts.push_back(static_cast<std::uint32_t>(made.bytes.size()));
      made.bytes += std::string(bytes, '\0');
    }
    return made;
  }
  void append(const ClientId& owner, std::size_t count = 1, std::size_t bytes = 8) {
    run_to_end(journal_->append(owner, rows(count, bytes)));
  }
  template <class T>
  T run_to_end(awaitable<T> work) {
    return support::run_to_end(driver_, std::move(work));
  }
  void run() { run_to_end(moves_->run({})); }

  awaitable<void> store(engine::Insert insert) {
    ++inserts_;
    if (hold_) co_await io::suspend([this](io::Wake wake) { held_ = std::move(wake); });
    if (refuses_) throw EngineError(*refuses_, 0, "no");
    // Rows of eight bytes, each its number.
    for (std::size_t at = 0; at + 8 <= insert.rows.size(); at += 8) {
      std::uint64_t number = 0;
      insert.rows.copy(reinterpret_cast<char*>(&number), sizeof number, at);
      if (number != 0) stored_.push_back(number);
    }
    if (loses_answer_) throw EngineError(Kind::unknown, 0, "lost");
  }
  awaitable<void> make_durable() {
    ++syncs_;
    if (sync_fails_) throw engine::WriteFailed("the disk has failed");
    if (sync_is_late_) throw EngineError(Kind::unknown, 0, "the time is over");
    co_return;
  }
  awaitable<Moves::Whereabouts> find(ClientId owner) {
    ++found_;
    if (happens_meanwhile_) co_await happens_meanwhile_();
    if (is_gone_) co_return Moves::Whereabouts{.table = {}, .is_gone = true};
    if (is_being_deleted_) co_return Moves::Whereabouts{};
    co_return Moves::Whereabouts{.table = table(owner)};
  }

  const ClientId first_ = ClientId::random();
  const ClientId second_ = ClientId::random();
  support::TemporaryDirectory directory_;
  support::Driver driver_;
  support::ScriptedEngine engine_;
  journal::Journal::Settings settings_{.directory = directory_.path() / "journal",
                                       .witness = directory_.path() / "witness",
                                       .segment_bytes = 8192,
                                       .due = {.age = std::chrono::milliseconds(0)}};
  std::chrono::milliseconds longest_wait_ = std::chrono::minutes(1);
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<Moves> moves_;

  Numbers stored_;  // in the table
  std::optional<Kind> refuses_;
  bool hold_ = false;
  io::Wake held_;
  bool loses_answer_ = false;
  bool sync_fails_ = false;
  bool sync_is_late_ = false;
  bool is_gone_ = false;
  bool is_being_deleted_ = false;
  std::function<awaitable<void>()> happens_meanwhile_;  // while a table is looked for
  int inserts_ = 0;
  int syncs_ = 0;
  int found_ = 0;
};

}  // namespace annals::lanes
