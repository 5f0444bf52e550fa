#include "events/known_ids.h"

#include <gtest/gtest.h>

#include <boost/uuid/random_generator.hpp>

namespace annals::events {
namespace {

constexpr int kMany = 200'000;  // over several layers

TEST(KnownIds, KnowsWhateverWasAdded) {
  boost::uuids::random_generator_mt19937 random;
  std::vector<Uuid> ids;
  for (int i = 0; i < kMany; ++i) ids.push_back(random());
  KnownIds known;
  for (const Uuid& id : ids) known.add(id);

  for (const Uuid& id : ids) ASSERT_TRUE(known.may_contain(id)) << "expected that an added id is known";
}

TEST(KnownIds, SeldomTakesAnotherForKnown) {
  boost::uuids::random_generator_mt19937 random;
  KnownIds known;
  for (int i = 0; i < kMany; ++i) known.add(random());

  int mistakes = 0;
  for (int i = 0; i < kMany; ++i) mistakes += known.may_contain(random()) ? 1 : 0;

  EXPECT_LT(mistakes, kMany / 500) << "expected fewer mistakes than two in a thousand";
}

TEST(KnownIds, AnEmptyOneKnowsNothing) {
  EXPECT_FALSE(KnownIds().may_contain(boost::uuids::random_generator()()));
}

TEST(KnownIds, TakesNoMoreThanSomeBitsForEachId) {
  boost::uuids::random_generator_mt19937 random;
  KnownIds known;
  for (int i = 0; i < kMany; ++i) known.add(random());

  // The last layer may have just begun: it is four times as large as all ids before it need.
  EXPECT_LT(known.bytes() * 8 / kMany, 200U) << "expected bits, not bytes";
}

}  // namespace
}  // namespace annals::events
