#include "cli/import/derived_id.h"

#include <gtest/gtest.h>

namespace annals::cli {
namespace {

constexpr std::string_view kLine = R"({"record_id":7})";

// The value was computed apart from this program. It may never change: imports that are repeated would
// double.
TEST(DerivedId, StaysTheSameForEver) {
  EXPECT_EQ(derived_event_id(1, kLine), "8ae9c8fa-9eb1-8f38-bacc-7161d168a9a1");
}

TEST(DerivedId, DiffersByLineAndByEveryByte) {
  EXPECT_NE(derived_event_id(1, kLine), derived_event_id(2, kLine));
  EXPECT_NE(derived_event_id(1, kLine), derived_event_id(1, R"({"record_id":8})"));
  EXPECT_NE(derived_event_id(1, kLine), derived_event_id(1, R"({"record_id":7} )"));
  EXPECT_NE(derived_event_id(1, "1"), derived_event_id(11, ""));
}

TEST(DerivedId, IsAUuidOfVersion8) {
  const std::string id = derived_event_id(3, kLine);

  ASSERT_EQ(id.size(), 36U);
  EXPECT_EQ(id[14], '8');
  EXPECT_TRUE(std::string_view("89ab").contains(id[19])) << id;
}

TEST(WithEventId, LeavesEverythingElseByteForByte) {
  EXPECT_EQ(with_event_id(R"({ "a" : 1.50,"b":"{" })", "i"), R"({"event_id":"i", "a" : 1.50,"b":"{" })");
  EXPECT_EQ(with_event_id(" \t{\"a\":1}\r", "i"), " \t{\"event_id\":\"i\",\"a\":1}\r");
}

}  // namespace
}  // namespace annals::cli
