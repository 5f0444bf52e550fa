#include "access/key_ring.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "access/api_key.h"
#include "access/keys.h"
#include "support/coroutines/driven.h"
#include "support/simulated/scripted_engine.h"

namespace annals::access {
namespace {

using namespace std::chrono_literals;

boost::asio::awaitable<std::string> unavailable() {
  throw engine::EngineError(engine::EngineError::Kind::unavailable, 0, "away");
  co_return "";
}

/// Answers once another read has come and gone.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): it outlives the read
boost::asio::awaitable<std::string> overtaken(KeyRing& ring, std::string answer) {
  co_await ring.refresh();
  co_return answer;
}

/// Returns with what the making of a key is refused.
// NOLINTNEXTLINE(*-reference-coroutine-parameters): awaited at once
boost::asio::awaitable<std::optional<ErrorCode>> refusal(Keys& keys) {
  try {
    co_await keys.create({.name = "one too many", .role = Role::ingest});
  } catch (const Error& error) {
    co_return error.code();
  }
  co_return std::nullopt;
}

class KeyRingTest : public testing::Test {
 protected:
  KeyRingTest() {
    engine_.on_execute = [](const engine::Statement& /*statement*/) { return support::done(); };
    engine_.on_insert = [](const engine::Insert& /*insert*/) { return support::done(); };
    engine_.on_query = [this](const engine::Statement& statement) {
      if (is_away_) return unavailable();
      return support::answer(statement.sql.contains("groupBitXor") ? state_ : rows_);
    };
  }

  /// Stores a key as another instance would.
  std::string store(std::optional<Timestamp> expires_at = {}, bool is_disabled = false) {
    auto made = ApiKey::random();
    const StoredKey key{.id = made.id,
                        .name = "key",
                        .role = Role::ingest,
                        .expires_at = expires_at,
                        .is_disabled = is_disabled,
                        .hash = crypto::SecretHash::of(made.text)};
    rows_ += boost::json::serialize(boost::json::array{made.id.text(), 1, key.document()}) + "\n";
    state_ += "+";
    return made.text.reveal();
  }
  void refresh(KeyRing& ring) { support::run_to_end(driver_, ring.refresh()); }
  static bool knows(KeyRing& ring, const std::string& key) { return ring.find(key) != nullptr; }

  support::Driver driver_;
  support::ScriptedEngine engine_;
  std::string rows_;
  std::string state_ = "0";
  bool is_away_ = false;
  KeyTable table_{engine_};
  KeyRing ring_{table_, {}};
};

TEST_F(KeyRingTest, AKeyIsFoundByItsPlainFormOnly) {
  const auto key = store();
  refresh(ring_);
  ASSERT_TRUE(knows(ring_, key));
  EXPECT_EQ(ring_.find(key)->role, Role::ingest);
  EXPECT_FALSE(knows(ring_, ApiKey::random().text.reveal()));
  EXPECT_FALSE(knows(ring_, ""));
}

TEST_F(KeyRingTest, AnotherSecretUnderAKnownIdOpensNothing) {
  const auto key = store();
  auto forged = ApiKey::random();
  const auto digits = forged.text.reveal().substr(7, 32);
  refresh(ring_);
  rows_.replace(rows_.find("[\"") + 2, 36, forged.id.text());  // the id of one with the hash of the other
  state_ += "+";
  refresh(ring_);
  EXPECT_FALSE(knows(ring_, forged.text.reveal())) << digits;
  EXPECT_FALSE(knows(ring_, key));
}

TEST_F(KeyRingTest, ExpiredAndDisabledKeysOpenNothing) {
  const auto expired = store(text::now() - 1ms);
  const auto valid = store(text::now() + 1h);
  const auto disabled = store({}, true);
  refresh(ring_);
  EXPECT_FALSE(knows(ring_, expired));
  EXPECT_TRUE(knows(ring_, valid));
  EXPECT_FALSE(knows(ring_, disabled));
}

TEST_F(KeyRingTest, BeforeTheFirstReadNobodyIsToldThatAKeyIsWrong) {
  const auto key = store();
  EXPECT_THROW(ring_.find(key), Error);
  EXPECT_FALSE(knows(ring_, "some other text")) << "what cannot be a key is none";
}

TEST_F(KeyRingTest, KeysAreReadAgainOnlyIfSomethingHasChanged) {
  store();
  refresh(ring_);
  refresh(ring_);
  EXPECT_EQ(engine_.count("document"), 2U) << "the table is made, and read once";
  const auto later = store();
  refresh(ring_);
  EXPECT_TRUE(knows(ring_, later));
  rows_.clear();
  state_ = "none";
  refresh(ring_);
  EXPECT_FALSE(knows(ring_, later)) << "deleted by another instance";
}

TEST_F(KeyRingTest, TheOnlyInstanceReadsAgainOnlyAfterItsOwnChanges) {
  KeyRing ring{table_, {.is_alone = true}};
  refresh(ring);
  const auto before = engine_.seen.size();
  refresh(ring);
  EXPECT_EQ(engine_.seen.size(), before);
  const auto key = store();
  support::run_to_end(driver_, ring.reload());
  EXPECT_TRUE(knows(ring, key));
}

TEST_F(KeyRingTest, AReloadThatFailsIsCaughtUpWith) {
  KeyRing ring{table_, {.is_alone = true}};
  refresh(ring);
  const auto key = store();
  is_away_ = true;
  EXPECT_EQ(support::error_of(driver_, ring.reload()), ErrorCode::engine_unavailable);
  is_away_ = false;
  refresh(ring);
  EXPECT_TRUE(knows(ring, key));
}

TEST_F(KeyRingTest, WithoutTheEngineKeysAreBelievedForATime) {
  const auto key = store();
  KeyRing patient{table_, {.valid_for = 1h}};
  KeyRing strict{table_, {.valid_for = -1ms}};
  refresh(patient);
  refresh(strict);
  is_away_ = true;
  EXPECT_EQ(support::error_of(driver_, patient.refresh()), ErrorCode::engine_unavailable);
  EXPECT_TRUE(knows(patient, key));
  EXPECT_THROW(strict.find(key), Error) << "the time is over";
}

TEST_F(KeyRingTest, AReadThatWasOvertakenChangesNothing) {
  const auto key = store();
  const auto before = rows_;
  refresh(ring_);
  const auto answer = engine_.on_query;
  bool is_first = true;
  engine_.on_query = [&](const engine::Statement& statement) {
    if (!statement.sql.contains("groupBitXor") && std::exchange(is_first, false)) {
      // While this read is on its way, the key is deleted and another read shows it.
      rows_.clear();
      state_ = "deleted";
      return overtaken(ring_, before);
    }
    return answer(statement);
  };
  state_ = "changed";
  refresh(ring_);
  EXPECT_FALSE(knows(ring_, key));
}

TEST_F(KeyRingTest, AUseIsStoredOncePerHour) {
  const auto key = store();
  store();
  refresh(ring_);
  support::run_to_end(driver_, ring_.record_uses());
  EXPECT_TRUE(engine_.inserted.empty()) << "no key was used";
  knows(ring_, key);
  knows(ring_, key);
  support::run_to_end(driver_, ring_.record_uses());
  support::run_to_end(driver_, ring_.record_uses());
  ASSERT_EQ(engine_.inserted.size(), 1U);
  EXPECT_EQ(engine_.inserted.front().rows.size(), 20U) << "an id and a time";
  state_ += "+";
  refresh(ring_);
  support::run_to_end(driver_, ring_.record_uses());
  EXPECT_EQ(engine_.inserted.size(), 1U) << "that it was stored outlives a read";
}

TEST_F(KeyRingTest, AUseThatCouldNotBeStoredComesWithTheNextCall) {
  const auto key = store();
  refresh(ring_);
  knows(ring_, key);
  const auto well = engine_.on_insert;
  engine_.on_insert = [](const engine::Insert& /*insert*/) {
    return support::fail_with(engine::EngineError(engine::EngineError::Kind::unavailable, 0, "away"));
  };
  EXPECT_EQ(support::error_of(driver_, ring_.record_uses()), ErrorCode::engine_unavailable);
  engine_.on_insert = well;
  support::run_to_end(driver_, ring_.record_uses());
  EXPECT_EQ(engine_.inserted.size(), 2U);
}

TEST_F(KeyRingTest, TheNextExpiryIsTheEarliestOfAValidKey) {
  const Timestamp now{1000s};
  EXPECT_EQ(ring_.next_expiry(now), std::nullopt) << "nothing was read yet";
  store();
  refresh(ring_);
  EXPECT_EQ(ring_.next_expiry(now), std::nullopt) << "it never expires";
  store(now - 1s);
  store(now + 5s, true);
  store(now + 30s);
  store(now + 10s);
  store(now + 20s);
  refresh(ring_);
  EXPECT_EQ(ring_.next_expiry(now), now + 10s) << "neither one that has expired nor one that is disabled";
}

TEST_F(KeyRingTest, ThereAreOnlySoManyKeys) {
  constexpr std::size_t kMaxKeys = 10'000;  // all are in the memory of every instance
  store();
  const auto row = rows_;
  const auto id = row.substr(2, KeyId::random().text().size());
  for (std::size_t i = 1; i < kMaxKeys; ++i) {
    rows_ += row;
    rows_.replace(rows_.size() - row.size() + 2, id.size(), KeyId::random().text());
  }
  Keys keys(engine_, {});
  refresh(keys.ring());
  ASSERT_EQ(keys.ring().size(), kMaxKeys);
  EXPECT_EQ(support::run_to_end(driver_, refusal(keys)), ErrorCode::over_quota);
  EXPECT_TRUE(engine_.inserted.empty());
}

TEST_F(KeyRingTest, AKeyOfALaterVersionOpensNothingAndHarmsNoOther) {
  const auto key = store();
  rows_ +=
      boost::json::serialize(boost::json::array{KeyId::random().text(), 1, R"({"role":"owner"})"}) + "\n";
  refresh(ring_);
  EXPECT_TRUE(knows(ring_, key));
  EXPECT_EQ(ring_.size(), 1U);
}

}  // namespace
}  // namespace annals::access
