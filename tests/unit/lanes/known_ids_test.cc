#include "lanes/known_ids.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include <boost/uuid/random_generator.hpp>

namespace annals::lanes {
namespace {

constexpr int kMany = 200'000;  // over several layers
constexpr std::size_t kEnough = std::size_t{1} << 30U;

TEST(KnownIds, KnowsWhateverWasAdded) {
  boost::uuids::random_generator_mt19937 random;
  std::vector<EventId> ids;
  for (int i = 0; i < kMany; ++i) ids.push_back(EventId(random()));
  KnownIds known(kEnough);
  for (const EventId& id : ids) known.add(id);

  for (const EventId& id : ids) ASSERT_TRUE(known.may_contain(id)) << "expected that an added id is known";
}

TEST(KnownIds, SeldomTakesAnotherForKnown) {
  boost::uuids::random_generator_mt19937 random;
  KnownIds known(kEnough);
  for (int i = 0; i < kMany; ++i) known.add(EventId(random()));

  int mistakes = 0;
  for (int i = 0; i < kMany; ++i) mistakes += known.may_contain(EventId(random())) ? 1 : 0;

  // Two or three are to be expected.
  EXPECT_LT(mistakes, 10) << "expected hardly a mistake";
}

TEST(KnownIds, AnEmptyOneKnowsNothing) {
  EXPECT_FALSE(KnownIds(kEnough).may_contain(EventId::random()));
}

TEST(KnownIds, KnowsEveryIdWhenThereAreTooManyForItsMemory) {
  boost::uuids::random_generator_mt19937 random;
  KnownIds known(std::size_t{100} << 10U);
  std::vector<EventId> ids;
  for (int i = 0; i < kMany; ++i) ids.push_back(EventId(random()));

  const auto suspects = known.add_all(ids);

  EXPECT_EQ(known.bytes(), 0U) << "expected that its memory is given back";
  EXPECT_GT(suspects.size(), ids.size() / 2) << "expected that what came after it gave up is suspect";
  for (const EventId& id : ids) ASSERT_TRUE(known.may_contain(id)) << "expected that an added id is known";
  EXPECT_TRUE(known.may_contain(EventId(random()))) << "expected that from then on every id is";
}

std::vector<EventId> random_ids(std::size_t count) {
  boost::uuids::random_generator_mt19937 random;
  std::vector<EventId> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(EventId(random()));
  return ids;
}

TEST(KnownIds, AddedTogetherEachIsKnownAndNoneWasBefore) {
  for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 32U, 33U, 1000U}) {
    const std::vector<EventId> ids = random_ids(count);
    KnownIds known(kEnough);

    EXPECT_LE(known.add_all(ids).size(), 1U) << "expected hardly a mistake among " << count;
    for (const EventId& id : ids) ASSERT_TRUE(known.may_contain(id)) << "one of " << count;
    EXPECT_EQ(known.add_all(ids), ids) << "expected that all " << count << " are known the second time";
  }
}

TEST(KnownIds, KnowsARepeatedIdFromItsSecondOccurrenceOn) {
  std::vector<EventId> ids = random_ids(40);
  ids.push_back(ids[20]);
  ids.push_back(ids[0]);

  const auto suspects = KnownIds(kEnough).add_all(ids);

  EXPECT_EQ(std::ranges::count(suspects, ids[20]), 1);
  EXPECT_EQ(std::ranges::count(suspects, ids[0]), 1);
}

TEST(KnownIds, UsesItsMemoryToTheLastByte) {
  constexpr std::size_t kTwoLayers = std::size_t{48} << 10U;
  const std::vector<EventId> ids = random_ids(4'000);  // more than the first layer has room for
  KnownIds large(kTwoLayers);
  KnownIds small(kTwoLayers - 1);

  large.add_all(ids);
  small.add_all(ids);

  EXPECT_EQ(large.bytes(), kTwoLayers);
  EXPECT_TRUE(small.is_saturated());
}

TEST(KnownIds, TakesNoMoreThanSomeBitsForEachId) {
  boost::uuids::random_generator_mt19937 random;
  KnownIds known(kEnough);
  for (int i = 0; i < kMany; ++i) known.add(EventId(random()));

  // The last layer may have just begun: it is as large as all before it.
  EXPECT_LT(known.bytes() * 8 / kMany, 100U) << "expected bits, not bytes";
}

}  // namespace
}  // namespace annals::lanes
