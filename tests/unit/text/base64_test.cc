#include "text/base64.h"

#include <gtest/gtest.h>

namespace annals::text {
namespace {

TEST(Base64, DecodesTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"", ""},
                                                                 {"Zg==", "f"},
                                                                 {"Zm8=", "fo"},
                                                                 {"Zm9v", "foo"},
                                                                 {"Zm9vYg==", "foob"},
                                                                 {"Zm9vYmE=", "fooba"},
                                                                 {"Zm9vYmFy", "foobar"},
                                                                 {"+/+/", "\xFB\xFF\xBF"}};
  for (const auto& [text, bytes] : cases) {
    const auto decoded = base64_decode(text);
    ASSERT_TRUE(decoded) << text;
    EXPECT_EQ(*decoded, bytes) << text;
    EXPECT_EQ(base64_encode(bytes), text);
  }
}

TEST(Base64, KeepsZeroBytes) {
  EXPECT_EQ(base64_decode("AAAA"), std::string(3, '\0'));
  EXPECT_EQ(base64_decode("AA=="), std::string(1, '\0'));
}

TEST(Base64, RefusesWhatIsNoBase64) {
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "=Zg=", "Zm9v\n",
                                      " Zm9v   ", "Zm9v Zm9", "Zm-_", "Zm9é"}) {
    EXPECT_FALSE(base64_decode(text)) << "was taken: " << text;
  }
}

TEST(Base64Url, HasNoPaddingAndSignsThatUrlsMayHold) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""}, {"Zg", "f"}, {"Zm8", "fo"}, {"Zm9v", "foo"}, {"-_-_", "\xFB\xFF\xBF"}};
  for (const auto& [text, bytes] : cases) {
    EXPECT_EQ(base64url_encode(bytes), text);
    EXPECT_EQ(base64url_decode(text), std::optional<std::string>(bytes)) << text;
  }
}

TEST(Base64Url, HasOneTextOfTheSameBytes) {
  for (const std::string_view text :
       {"Zg==", "Zg=", "Zh", "Zm9", "Z", "+/+/", "-_+/", "Zm9v\n", " Zm9v", "Zm9v=", "="}) {
    EXPECT_FALSE(base64url_decode(text)) << "was taken: " << text;
  }
}

}  // namespace
}  // namespace annals::text
