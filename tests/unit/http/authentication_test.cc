#include "http/authentication.h"

#include <gtest/gtest.h>

namespace annals::http {
namespace {

const Authentication& two_keys() {
  static const Authentication instance({crypto::Secret("the-old-key"), crypto::Secret("the-new-key")});
  return instance;
}

Request with_headers(std::vector<std::pair<std::string, std::string>> headers) {
  Request request;
  request.headers = std::move(headers);
  return request;
}

TEST(Authentication, EveryConfiguredKeyIsValid) {
  EXPECT_TRUE(two_keys().has_platform_key(with_headers({{"x-api-key", "the-old-key"}})));
  EXPECT_TRUE(two_keys().has_platform_key(with_headers({{"a", "b"}, {"x-api-key", "the-new-key"}})));
}

TEST(Authentication, AMissingEmptyOrOtherKeyIsNot) {
  EXPECT_FALSE(two_keys().has_platform_key(with_headers({})));
  for (const std::string key : {"", "the-old-ke", "the-old-key2", "THE-OLD-KEY", "the-old-key,the-new-key"}) {
    EXPECT_FALSE(two_keys().has_platform_key(with_headers({{"x-api-key", key}}))) << key;
  }
  EXPECT_FALSE(two_keys().has_platform_key(with_headers({{"authorization", "the-old-key"}})));
}

TEST(Authentication, AKeySentTwiceMustBeTheSameTwice) {
  EXPECT_TRUE(two_keys().has_platform_key(
      with_headers({{"x-api-key", "the-old-key"}, {"x-api-key", "the-old-key"}})));
  EXPECT_FALSE(two_keys().has_platform_key(
      with_headers({{"x-api-key", "the-old-key"}, {"x-api-key", "the-new-key"}})));
  EXPECT_FALSE(
      two_keys().has_platform_key(with_headers({{"x-api-key", "wrong"}, {"x-api-key", "the-old-key"}})));
}

TEST(Authentication, WithoutKeysNobodyGetsIn) {
  EXPECT_FALSE(Authentication({}).has_platform_key(with_headers({{"x-api-key", ""}})));
}

}  // namespace
}  // namespace annals::http
