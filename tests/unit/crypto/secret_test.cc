#include "crypto/secret.h"

#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace annals::crypto {
namespace {

TEST(Secret, RandomSecretsAre43UrlSafeCharactersAndNoTwoAlike) {
  constexpr std::string_view kUrlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = Secret::random().reveal();
    EXPECT_EQ(text.size(), 43U);
    EXPECT_EQ(text.find_first_not_of(kUrlSafe), std::string::npos) << text;
    seen.insert(text);
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Secret, NeverPrintsItsText) {
  EXPECT_EQ(fmt::format("{}", Secret("hunter2")), "***");
}

TEST(SecretHash, MatchesTheSameSecretOnly) {
  const SecretHash kept = SecretHash::of(Secret("correct horse"));
  EXPECT_TRUE(kept.matches(SecretHash("correct horse")));
  for (const std::string_view other : {"", "correct hors", "correct horse ", "Correct horse"}) {
    EXPECT_FALSE(kept.matches(SecretHash(other))) << other;
  }
}

TEST(SecretHash, IsKeptAsTheSha256InHexadecimal) {
  EXPECT_EQ(SecretHash("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(SecretHash, IsReadBackFromHexadecimalAndFromNothingElse) {
  const SecretHash kept("abc");
  const auto read = SecretHash::from_hex(kept.hex());
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->matches(kept));
  const std::string text = kept.hex();
  for (const std::string& wrong :
       {std::string(), text.substr(1), text + "0", "-1" + text.substr(2), "g" + text.substr(1)}) {
    EXPECT_FALSE(SecretHash::from_hex(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace annals::crypto
