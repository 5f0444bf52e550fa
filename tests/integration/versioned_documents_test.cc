// Changes of one document at the same time, on a real ClickHouse server.
#include "engine/versioned_documents.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "engine/remote/engine.h"
#include "support/coroutines/run.h"
#include "support/servers/clickhouse_server_process.h"
#include "support/simulated/scripted_engine.h"

namespace annals::engine {
namespace {

using support::run;
using Current = VersionedDocuments::Current;
using Insertion = std::function<boost::asio::awaitable<void>(Insert)>;

class VersionedDocumentsTest : public testing::Test {
 protected:
  support::ClickHouseServerProcess server_;
  std::unique_ptr<Engine> engine_ = make_remote_engine({.endpoint = server_.endpoint()});
  support::ScriptedEngine faulty_{engine_.get()};
  VersionedDocuments one_{faulty_, "default.annals_test", "A test"};
  VersionedDocuments other_{*engine_, "default.annals_test", "A test"};
  const Uuid id_ = random_uuid();

  /// Sets the document to a text.
  static VersionedDocuments::Decide to(const std::string& text) {
    return [text](const Current& current) -> std::optional<std::string> {
      if (current.text == text) return std::nullopt;
      return text;
    };
  }
  [[nodiscard]] std::string text_of(const Uuid& id) {
    for (const auto& document : run(other_.all())) {
      if (document.id == id) return document.text;
    }
    return "";
  }
  [[nodiscard]] std::string count_rows() const {
    return server_.query("SELECT count() FROM default.annals_test");
  }
};

boost::asio::awaitable<void> lose(Insert /*insert*/) {
  throw EngineError(EngineError::Kind::unknown, 0, "lost");
  co_return;
}

boost::asio::awaitable<void> forward_unheard(Engine& behind, Insert insert) {
  co_await behind.insert(std::move(insert));
  throw EngineError(EngineError::Kind::unknown, 0, "the answer is lost");
}

TEST_F(VersionedDocumentsTest, ADocumentIsMadeChangedAndRemoved) {
  EXPECT_TRUE(run(other_.all()).empty());
  const auto none = run(other_.fingerprint());
  run(other_.change(id_, to("{\"a\":1}")));
  EXPECT_EQ(text_of(id_), "{\"a\":1}");
  const auto one = run(other_.fingerprint());
  EXPECT_NE(one, none);
  EXPECT_EQ(run(other_.fingerprint()), one);
  run(other_.change(id_, to("{\"a\":2}")));
  EXPECT_EQ(text_of(id_), "{\"a\":2}");
  EXPECT_NE(run(other_.fingerprint()), one);
  run(other_.change(id_, to("")));
  EXPECT_TRUE(run(other_.all()).empty());
}

TEST_F(VersionedDocumentsTest, OfChangesAtTheSameTimeNoneIsLost) {
  constexpr int kChanges = 24;
  boost::asio::io_context io(1);
  std::vector<std::future<void>> changes;
  for (int i = 0; i < kChanges; ++i) {
    auto& table = i % 2 == 0 ? one_ : other_;
    const std::string letter(1, static_cast<char>('a' + i));
    const auto append = [letter](const Current& current) -> std::optional<std::string> {
      if (current.text.contains(letter)) return std::nullopt;
      return current.text + letter;
    };
    changes.push_back(boost::asio::co_spawn(io, table.change(id_, append), boost::asio::use_future));
  }
  io.run();
  for (auto& change : changes) change.get();
  EXPECT_EQ(text_of(id_).size(), static_cast<std::size_t>(kChanges)) << text_of(id_);
}

TEST_F(VersionedDocumentsTest, AnInsertWithoutAnAnswerIsSentAgainAndDoneOnce) {
  int inserts = 0;
  faulty_.on_insert = [&](Insert insert) {
    return ++inserts == 1 ? forward_unheard(*engine_, std::move(insert)) : engine_->insert(std::move(insert));
  };
  run(one_.change(id_, to("x")));
  EXPECT_EQ(inserts, 2);
  EXPECT_EQ(text_of(id_), "x");
  EXPECT_EQ(count_rows(), "1\n");
}

TEST_F(VersionedDocumentsTest, AnInsertThatArrivesAfterAnotherChangeIsIgnored) {
  run(other_.change(id_, to("first")));
  std::optional<Insert> late;
  faulty_.on_insert = [&](Insert insert) {
    if (late) return engine_->insert(std::move(insert));
    late = insert;
    return lose(std::move(insert));
  };
  run(one_.change(id_, to("ours")));
  EXPECT_EQ(text_of(id_), "ours");
  run(other_.change(id_, to("later")));
  run(engine_->insert(*late));
  EXPECT_EQ(text_of(id_), "later") << "the token of the late insert is known";
}

TEST_F(VersionedDocumentsTest, AnInsertOfAVersionThatAnotherHasLosesAndDecidesAgain) {
  run(other_.change(id_, to("first")));
  bool is_first = true;
  std::vector<std::string> seen;
  run(one_.change(id_, [&](const Current& current) -> std::optional<std::string> {
    seen.push_back(current.text);
    if (std::exchange(is_first, false)) {
      // Between this decision and its insert.
      std::thread([&] { run(other_.change(id_, to("theirs"))); }).join();
    }
    return current.text + "+ours";
  }));
  EXPECT_EQ(seen, (std::vector<std::string>{"first", "theirs"}));
  EXPECT_EQ(text_of(id_), "theirs+ours");
}

TEST_F(VersionedDocumentsTest, AVersionWhoseTokenIsKnownButWhoseRowIsLostIsLeftOut) {
  run(other_.change(id_, to("first")));
  // As after a crash between the token and the row.
  run(one_.change(id_, to("lost")));
  (void)server_.query(
      "ALTER TABLE default.annals_test DELETE WHERE document = 'lost' SETTINGS mutations_sync = 2");
  run(other_.change(id_, to("kept")));
  EXPECT_EQ(text_of(id_), "kept");
}

TEST_F(VersionedDocumentsTest, AnInsertThatIsTooLateIsRefusedByTheTable) {
  std::optional<Insert> sent;
  faulty_.on_insert = [&](Insert insert) {
    sent = insert;
    return engine_->insert(std::move(insert));
  };
  run(one_.change(id_, to("x")));
  // The last four bytes are the second by which it must come.
  sent->rows.replace(sent->rows.size() - 4, 4, std::string(4, '\1'));
  sent->into.replace(sent->into.find("_token = '"), 10, "_token = 'other ");
  try {
    run(engine_->insert(*sent));
    FAIL() << "expected that a late insert is refused";
  } catch (const EngineError& error) {
    EXPECT_TRUE(error.is(ExceptionCode::violated_constraint)) << error.what();
  }
}

TEST_F(VersionedDocumentsTest, OnlyWhatWasRemovedLongAgoIsPurged) {
  const Uuid old = random_uuid();
  run(other_.change(id_, to("here")));
  run(other_.change(old, to("removed")));
  run(other_.change(old, to("")));
  EXPECT_TRUE(run(other_.purge()).empty()) << "a late change of it may still come";
  (void)server_.query(
      "INSERT INTO default.annals_test SELECT id, version + 1, claim, '', now64(3) - INTERVAL 2 HOUR, "
      "4000000000 FROM default.annals_test WHERE document = 'removed'");
  (void)server_.query(
      "ALTER TABLE default.annals_test DELETE WHERE written_at > now64(3) - INTERVAL 1 HOUR AND document "
      "!= 'here' SETTINGS mutations_sync = 2");
  EXPECT_EQ(run(other_.purge()), std::vector{old});
  EXPECT_EQ(count_rows(), "1\n");
}

TEST_F(VersionedDocumentsTest, WhatIsMadeAgainWhileItIsPurgedStays) {
  run(one_.change(id_, to("removed")));
  run(one_.change(id_, to("")));
  (void)server_.query(
      "ALTER TABLE default.annals_test UPDATE written_at = now64(3) - INTERVAL 2 HOUR WHERE true SETTINGS "
      "mutations_sync = 2");
  faulty_.on_execute = [&](Statement statement) {
    std::thread([&] { run(other_.change(id_, to("made again"))); }).join();
    return engine_->execute(std::move(statement));
  };
  EXPECT_EQ(run(one_.purge()), std::vector{id_});
  EXPECT_EQ(text_of(id_), "made again");
  EXPECT_EQ(count_rows(), "1\n");
}

class RestoredDocument : public VersionedDocumentsTest {
 protected:
  /// Returns a change that has not come yet.
  Insert late_change(const std::string& text) {
    std::optional<Insert> late;
    faulty_.on_insert = [&](Insert insert) {
      late = insert;
      throw EngineError(EngineError::Kind::refused, 0, "held");
      return lose(std::move(insert));
    };
    EXPECT_THROW(run(one_.change(id_, to(text))), EngineError);
    return late.value();
  }
  void forget_tokens();
};

// After as many changes as the window holds, nobody knows the tokens of the earlier life any more.
void RestoredDocument::forget_tokens() {
  (void)server_.query(
      "ALTER TABLE default.annals_test MODIFY SETTING non_replicated_deduplication_window = 1");
  run(other_.change(random_uuid(), to("another's")));
}

TEST_F(RestoredDocument, IsNotUndoneByALateChangeOrALateRemovalOfAnEarlierLife) {
  for (const std::string text : {"restored", ""}) {
    for (int i = 0; i < 3; ++i) run(other_.change(id_, to(std::to_string(i))));
    const Insert late = late_change("late");
    const auto seen = run(other_.find(id_)).version;
    run(other_.forget({.id = id_, .number = seen}));
    forget_tokens();

    run(other_.restore(id_, text));

    run(engine_->insert(late));
    EXPECT_EQ(text_of(id_), text);
    run(other_.forget({.id = id_, .number = seen}));
    EXPECT_EQ(text_of(id_), text);
    run(other_.change(id_, to("changed")));
    EXPECT_EQ(text_of(id_), "changed") << "changes go on from there";
  }
}

TEST_F(RestoredDocument, OutranksWhatIsStillThere) {
  run(other_.change(id_, to("first")));
  run(other_.restore(id_, "second"));
  const auto second = run(other_.find(id_));
  run(other_.restore(id_, "second"));
  EXPECT_GT(run(other_.find(id_)).version, second.version)
      << "it is a life of its own, although it is like that one";
  EXPECT_EQ(text_of(id_), "second");
}

TEST_F(VersionedDocumentsTest, WhatADecisionThrowsEndsTheChange) {
  EXPECT_THROW(run(other_.change(id_,
                                 [](const Current& /*current*/) -> std::optional<std::string> {
                                   throw std::runtime_error("no");
                                 })),
               std::runtime_error);
  EXPECT_TRUE(run(other_.all()).empty());
}

}  // namespace
}  // namespace annals::engine
