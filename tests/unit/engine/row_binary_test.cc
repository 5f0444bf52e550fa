#include "engine/row_binary.h"

#include <array>
#include <limits>

#include <gtest/gtest.h>

namespace annals::engine {
namespace {

using namespace std::literals;

template <class... Arguments>
std::string appended(void (*append)(std::string&, Arguments...),
                     std::type_identity_t<Arguments>... arguments) {
  std::string row = "before ";
  append(row, arguments...);
  EXPECT_TRUE(row.starts_with("before ")) << "what the row held is gone";
  return row.substr(7);
}

TEST(RowBinary, CountsInSevenBitsAByte) {
  const std::pair<std::uint64_t, std::string> cases[] = {
      {0, "\0"s},
      {1, "\x01"},
      {127, "\x7F"},
      {128, "\x80\x01"},
      {300, "\xAC\x02"},
      {16383, "\xFF\x7F"},
      {16384, "\x80\x80\x01"},
      {1ULL << 32U, "\x80\x80\x80\x80\x10"},
      {std::numeric_limits<std::uint64_t>::max(), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"}};
  for (const auto& [value, bytes] : cases) EXPECT_EQ(appended(append_varint, value), bytes) << value;
}

TEST(RowBinary, WritesIntegersLittleEndianInTheirWidth) {
  EXPECT_EQ(appended(append_integer<std::uint8_t>, 0xA1), "\xA1");
  EXPECT_EQ(appended(append_integer<std::int8_t>, -2), "\xFE");
  EXPECT_EQ(appended(append_integer<std::uint16_t>, 0xA1B2), "\xB2\xA1");
  EXPECT_EQ(appended(append_integer<std::uint32_t>, 0xA1B2C3D4), "\xD4\xC3\xB2\xA1");
  EXPECT_EQ(appended(append_integer<std::uint64_t>, 0x0102030405060708), "\x08\x07\x06\x05\x04\x03\x02\x01");
  EXPECT_EQ(appended(append_integer<std::int64_t>, -2), "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  EXPECT_EQ(appended(append_integer<std::int64_t>, std::numeric_limits<std::int64_t>::min()),
            "\0\0\0\0\0\0\0\x80"s);
}

TEST(RowBinary, WritesStringsAfterTheirSizeWhateverTheyHold) {
  EXPECT_EQ(appended(append_string, ""), "\0"s);
  EXPECT_EQ(appended(append_string, "a\0\n\xFF"sv), "\x04"s + "a\0\n\xFF"s);
  const std::string large(200, 'x');
  EXPECT_EQ(appended(append_string, large), "\xC8\x01" + large);
}

TEST(RowBinary, WritesAUuidAsTwoLittleEndianHalves) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  std::string row;
  append_uuid(row, bytes);
  EXPECT_EQ(row, "\x07\x06\x05\x04\x03\x02\x01\x00\x0F\x0E\x0D\x0C\x0B\x0A\x09\x08"s);
}

TEST(RowBinary, TellsWhetherAValueIsNull) {
  EXPECT_EQ(appended(append_is_null, true), "\x01");
  EXPECT_EQ(appended(append_is_null, false), "\0"s);
}

}  // namespace
}  // namespace annals::engine
