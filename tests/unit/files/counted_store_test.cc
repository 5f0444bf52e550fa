#include "files/counted_store.h"

#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "files/local/store.h"
#include "support/coroutines/driven.h"
#include "support/machine/temporary_directory.h"

namespace annals::files {
namespace {

TEST(CountedStoreTest, CallsAreCountedByWhatTheyDoAndWhatBecomesOfThem) {
  support::Driver driver;
  const support::TemporaryDirectory directory;
  const auto place = directory.path() / "files";
  CountedStore store(std::make_unique<LocalFileStore>(
      place, FileLinks(crypto::Secret("key"), [] { return std::string("http://here"); })));
  const auto database = DatabaseName::parse("shop").value();

  support::run_to_end(driver, store.check());
  support::run_to_end(driver, store.prepare(database));
  support::run_to_end(driver, store.prepare(database));
  EXPECT_EQ(support::run_to_end(driver, store.stored_bytes(database)), 0U);
  std::filesystem::remove_all(place);
  std::ofstream(place) << "no directory";
  EXPECT_TRUE(support::error_of(driver, store.check()).has_value());

  std::map<std::string_view, std::pair<std::uint64_t, std::uint64_t>> counted;  // succeeded, failed
  for (const auto& [operation, outcomes] : store.calls()) {
    counted[operation] = {outcomes.succeeded.count(), outcomes.failed};
  }
  const decltype(counted) expected{{"prepare", {2, 0}}, {"find", {0, 0}}, {"remove", {0, 0}},
                                   {"list", {0, 0}},    {"open", {0, 0}}, {"put", {0, 0}},
                                   {"measure", {1, 0}}, {"check", {1, 1}}};
  EXPECT_EQ(counted, expected);
  EXPECT_FALSE(store.credentials_expire_at()) << "a directory has none";
}

}  // namespace
}  // namespace annals::files
