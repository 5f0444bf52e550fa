#include "access/platform_keys.h"

#include <gtest/gtest.h>

#include <future>

namespace annals::access {
namespace {

const PlatformKeys& two_keys() {
  static const PlatformKeys instance({crypto::Secret("the-old-key"), crypto::Secret("the-new-key")});
  return instance;
}

TEST(PlatformKeys, EveryConfiguredKeyIsValidAndHasAnIdOfItsOwn) {
  const auto old_id = two_keys().find("the-old-key");
  const auto new_id = two_keys().find("the-new-key");
  ASSERT_TRUE(old_id && new_id);
  EXPECT_NE(*old_id, *new_id);
  EXPECT_EQ(*old_id, two_keys().find("the-old-key")) << "an id does not change";
}

TEST(PlatformKeys, AnEmptyOrOtherKeyIsNot) {
  for (const std::string key : {"", "the-old-ke", "the-old-key2", "THE-OLD-KEY", "the-old-key,the-new-key"}) {
    EXPECT_FALSE(two_keys().find(key)) << key;
  }
}

TEST(PlatformKeys, AnIdShowsNothingOfItsKey) {
  const auto id = two_keys().find("the-old-key");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->size(), 8U);
  EXPECT_FALSE(std::string_view("the-old-key").contains(*id));
}

TEST(PlatformKeys, ReplacedKeysAndTheirSignersAreGone) {
  PlatformKeys keys({crypto::Secret("the-old-key")});
  const auto old_signers = keys.signers();

  EXPECT_FALSE(keys.replace({crypto::Secret("the-old-key")})) << "they are the same";
  EXPECT_TRUE(keys.replace({crypto::Secret("the-new-key"), crypto::Secret("another-key")}));

  EXPECT_FALSE(keys.find("the-old-key"));
  EXPECT_TRUE(keys.find("the-new-key"));
  EXPECT_TRUE(keys.find("another-key"));
  EXPECT_EQ(keys.signers()->size(), 2U);
  EXPECT_EQ(old_signers->size(), 1U) << "who holds them may go on";
}

TEST(PlatformKeys, WhatTheySignWithIsDerivedOnceWhenItIsFirstNeeded) {
  PlatformKeys keys({crypto::Secret("the-old-key"), crypto::Secret("the-new-key")});
  EXPECT_TRUE(keys.find("the-old-key"));
  EXPECT_FALSE(keys.has_signers());

  std::vector<std::future<std::shared_ptr<const PlatformKeys::Signers>>> asked;
  for (int i = 0; i < 4; ++i) {
    asked.push_back(std::async(std::launch::async, [&keys] { return keys.signers(); }));
  }

  for (auto& one : asked) EXPECT_EQ(one.get(), keys.signers()) << "expected the same signers for all";
  EXPECT_TRUE(keys.has_signers());
  EXPECT_TRUE(keys.replace({crypto::Secret("another-key")}));
  EXPECT_FALSE(keys.has_signers()) << "the new keys sign with something else";
}

TEST(PlatformKeys, WithoutKeysNobodyGetsIn) {
  const PlatformKeys none({});
  EXPECT_FALSE(none.find(""));
  EXPECT_TRUE(none.signers()->empty());
}

}  // namespace
}  // namespace annals::access
