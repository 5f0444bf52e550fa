#include "text/hex.h"

#include <gtest/gtest.h>

namespace annals::text {
namespace {

using Bytes = std::array<std::uint8_t, 4>;

TEST(Hex, WritesTwoLowerCaseDigitsPerByteAndReadsThemBack) {
  const Bytes bytes{0x00, 0x0F, 0xA0, 0xFF};
  EXPECT_EQ(to_hex(bytes), "000fa0ff");
  Bytes read{};
  EXPECT_TRUE(from_hex("000fa0ff", read));
  EXPECT_EQ(read, bytes);
  EXPECT_TRUE(from_hex("000FA0fF", read)) << "either case";
  EXPECT_EQ(read, bytes);
}

TEST(Hex, RefusesWhatIsNotTwoDigitsPerByte) {
  Bytes read{};
  for (const std::string_view text :
       {"", "000fa0f", "000fa0ff0", "000fa0fg", "000fa0f ", "0x0fa0ff", "000fa0f\xC3"}) {
    EXPECT_FALSE(from_hex(text, read)) << text;
  }
}

}  // namespace
}  // namespace annals::text
