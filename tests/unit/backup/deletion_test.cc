#include "backup/deletion.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backup/blobs.h"
#include "backup/catalogue.h"
#include "backup/directory.h"
#include "error.h"
#include "io/settled.h"
#include "support/coroutines/run.h"
#include "support/machine/temporary_directory.h"

namespace annals::backup {
namespace {

using boost::asio::awaitable;
using Work = std::function<awaitable<void>()>;

/// A destination in front of which something else may happen before one chosen call.
class Interrupted final : public Destination {
 public:
  explicit Interrupted(Destination& inner) : inner_(inner) {}

  void interrupt_before(int call, Work work) {
    calls_ = 0;
    at_ = call;
    work_ = std::move(work);
  }
  /// Returns whether there was no such call.
  [[nodiscard]] bool is_over() const { return calls_ < at_; }

  awaitable<void> put(std::string name, std::string content) override {
    co_await step();
    co_await inner_.put(std::move(name), std::move(content));
  }
  awaitable<std::optional<std::string>> get(std::string name) override {
    co_await step();
    auto content = co_await inner_.get(std::move(name));
    co_return content;
  }
  awaitable<std::vector<std::string>> list(std::string folder) override {
    co_await step();
    auto names = co_await inner_.list(std::move(folder));
    co_return names;
  }
  awaitable<void> remove(std::string name) override {
    co_await step();
    co_await inner_.remove(std::move(name));
  }

 private:
  awaitable<void> step() {
    if (++calls_ == at_) co_await work_();
  }

  Destination& inner_;
  int calls_ = 0;
  int at_ = 0;
  Work work_;
};

Manifest manifest_of(const std::string& id, std::vector<std::string> needs) {
  return {.id = id,
          .started_at = text::now(),
          .finished_at = text::now(),
          .version = "0.1.0",
          .tenant = {},
          .base = {},
          .needs = std::move(needs),
          .tenants = {},
          .keys = {}};
}

/// One who works on a destination that others share.
struct Instance {
  explicit Instance(Destination& shared) : destination(shared), blobs(destination) {}

  Interrupted destination;
  Blobs blobs;
  Catalogue catalogue{blobs};
  Deletion deletion{catalogue};
};

// NOLINTNEXTLINE(*-reference-coroutine-parameters): the test awaits it
awaitable<void> make(Instance& instance, std::string id, std::optional<std::string> base) {
  const auto found = co_await instance.catalogue.begin(id, base);
  std::vector<std::string> needs;
  if (base) needs = {*base};
  (void)co_await instance.blobs.put(folder_of(id) + "/rows", "rows");
  co_await instance.catalogue.complete(manifest_of(id, std::move(needs)));
}

constexpr const char* kBase = "20260101T000000Z-00000000";
constexpr const char* kIncrement = "20260102T000000Z-00000000";

/// Two instances that share a destination.
struct Scene {
  support::TemporaryDirectory directory;
  DirectoryDestination shared{directory.path(), 0};
  Instance maker{shared};
  Instance deleter{shared};

  [[nodiscard]] bool has(const std::string& id) const {
    return std::filesystem::exists(directory.path() / folder_of(id) / "rows");
  }
  std::string states() {
    std::string text;
    for (const auto& one : support::run(Catalogue(deleter.blobs).list())) {
      text += one.id == kBase ? "base " : "increment ";
      text += one.state == BackupState::complete     ? "complete;"
              : one.state == BackupState::unfinished ? "unfinished;"
                                                     : "deleting;";
    }
    return text;
  }
  bool makes(const std::string& id, std::optional<std::string> base = {}) {
    return support::run(io::settled(make(maker, id, std::move(base)))).has_value();
  }
  /// Returns why a backup was not deleted; empty if it was.
  std::string refusal(const std::string& id) {
    const auto outcome = support::run(io::settled(deleter.deletion.run(id)));
    if (outcome) return {};
    try {
      std::rethrow_exception(outcome.error());
    } catch (const Error& error) {
      return error.detail();
    }
  }
};

// NOLINTNEXTLINE(*-reference-coroutine-parameters): the test awaits it
awaitable<void> quietly_delete(Instance& instance, std::string id) {
  (void)co_await io::settled(instance.deletion.run(std::move(id)));
}

// NOLINTNEXTLINE(*-reference-coroutine-parameters): the test awaits it
awaitable<void> quietly_make(Instance& instance, std::string id, std::optional<std::string> base) {
  (void)co_await io::settled(make(instance, std::move(id), std::move(base)));
}

TEST(DeletionTest, RefusesABaseAndSaysWhichBackupNeedsIt) {
  Scene scene;
  ASSERT_TRUE(scene.makes(kBase));
  ASSERT_TRUE(scene.makes(kIncrement, kBase));

  EXPECT_EQ(scene.refusal(kBase),
            "The backup 20260102T000000Z-00000000 needs this one: delete that one first.");
  EXPECT_EQ(scene.states(), "base complete;increment complete;");
  EXPECT_EQ(scene.refusal(kIncrement), "");
  EXPECT_EQ(scene.refusal(kBase), "");
  EXPECT_EQ(scene.states(), "");
  EXPECT_FALSE(scene.has(kBase) || scene.has(kIncrement));
  EXPECT_EQ(scene.refusal(kBase), "Backup not found.");
}

TEST(DeletionTest, RefusesTheBaseOfAnUnfinishedIncrement) {
  Scene scene;
  ASSERT_TRUE(scene.makes(kBase));
  (void)support::run(scene.maker.catalogue.begin(kIncrement, kBase));

  EXPECT_TRUE(scene.refusal(kBase).contains("is an increment of this one"));
  EXPECT_EQ(scene.states(), "base complete;increment unfinished;");
  EXPECT_EQ(scene.refusal(kIncrement), "");
  EXPECT_EQ(scene.refusal(kBase), "");
}

TEST(DeletionTest, OfAnUnfinishedBackupIsNotUndoneByWhoMakesIt) {
  Scene scene;
  (void)support::run(scene.maker.catalogue.begin(kBase, {}));
  EXPECT_EQ(scene.refusal(kBase), "");

  EXPECT_FALSE(support::run(io::settled(scene.maker.catalogue.complete(manifest_of(kBase, {})))));
  EXPECT_EQ(scene.states(), "");
}

TEST(DeletionTest, WaitsForWhoUsesABackupButNotForWhoWasKilled) {
  Scene scene;
  ASSERT_TRUE(scene.makes(kBase));
  const auto mark = support::run(scene.maker.catalogue.mark_used(kBase));
  EXPECT_TRUE(scene.refusal(kBase).starts_with("A job uses the backup"));

  const auto old = std::string(kBase) + ".used-20250101T000000Z-00000000";
  std::filesystem::rename(scene.directory.path() / mark, scene.directory.path() / "manifests" / old);
  EXPECT_EQ(scene.refusal(kBase), "");
  EXPECT_TRUE(std::filesystem::is_empty(scene.directory.path() / "manifests"));
}

TEST(DeletionTest, ThatWasKilledBeforeItLookedDoesNotHideABackupThatIsNeeded) {
  Scene scene;
  ASSERT_TRUE(scene.makes(kBase));
  ASSERT_TRUE(scene.makes(kIncrement, kBase));
  (void)support::run(scene.maker.catalogue.mark_deleted(kBase));
  ASSERT_EQ(scene.states(), "base deleting;increment complete;");

  EXPECT_FALSE(scene.refusal(kBase).empty());
  EXPECT_EQ(scene.states(), "base complete;increment complete;");
}

/// An increment that is listed as complete has its base, whoever is interrupted by the other before whichever
/// step.
TEST(DeletionTest, AndAnIncrementNeverMissEachOther) {
  for (const bool maker_is_interrupted : {true, false}) {
    bool is_over = false;
    for (int call = 1; !is_over; ++call) {
      Scene scene;
      ASSERT_TRUE(scene.makes(kBase));
      Interrupted& interrupted = maker_is_interrupted ? scene.maker.destination : scene.deleter.destination;
      if (maker_is_interrupted) {
        interrupted.interrupt_before(call, [&] { return quietly_delete(scene.deleter, kBase); });
        (void)scene.makes(kIncrement, kBase);
      } else {
        interrupted.interrupt_before(call, [&] { return quietly_make(scene.maker, kIncrement, kBase); });
        (void)scene.refusal(kBase);
      }
      is_over = interrupted.is_over();
      const std::string states = scene.states();
      if (states.contains("increment complete")) {
        EXPECT_TRUE(scene.has(kBase)) << maker_is_interrupted << call << states;
        EXPECT_TRUE(states.contains("base complete")) << maker_is_interrupted << call << states;
      }
    }
  }
}

/// The same for the deletion of a backup that is being made: it is whole or it is not listed as complete.
TEST(DeletionTest, OfABackupThatIsBeingMadeLeavesNoneThatPassesForComplete) {
  bool is_over = false;
  for (int call = 1; !is_over; ++call) {
    Scene scene;
    Interrupted& interrupted = scene.maker.destination;
    interrupted.interrupt_before(call, [&] { return quietly_delete(scene.deleter, kBase); });
    (void)scene.makes(kBase);
    is_over = interrupted.is_over();
    if (scene.states().contains("complete")) EXPECT_TRUE(scene.has(kBase)) << call;
  }
}

}  // namespace
}  // namespace annals::backup
