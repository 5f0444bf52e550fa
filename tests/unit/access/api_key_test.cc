#include "access/api_key.h"

#include <gtest/gtest.h>

namespace annals::access {
namespace {

TEST(ApiKey, HasAFormThatScannersFindAndItsIdInIt) {
  const auto key = ApiKey::random();
  const std::string& text = key.text.reveal();
  EXPECT_EQ(text.size(), 96U);
  EXPECT_TRUE(text.starts_with("annals_")) << text;
  EXPECT_EQ(text.find_first_not_of("0123456789abcdef_", 7), std::string::npos) << text;
  EXPECT_EQ(ApiKey::id_in(text), key.id);
}

TEST(ApiKey, IsNotMadeTwice) {
  EXPECT_NE(ApiKey::random().text.reveal(), ApiKey::random().text.reveal());
}

TEST(ApiKey, WithATypingErrorHasNoId) {
  const std::string text = ApiKey::random().text.reveal();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string altered = text;
    altered[i] = altered[i] == '1' ? '2' : '1';
    EXPECT_FALSE(ApiKey::id_in(altered)) << altered;
  }
  for (const std::string& other : {std::string(), text + "0", text.substr(1), text.substr(0, 95),
                                   std::string(96, 'a'), std::string("ANNALS_") + text.substr(7)}) {
    EXPECT_FALSE(ApiKey::id_in(other)) << other;
  }
}

}  // namespace
}  // namespace annals::access
