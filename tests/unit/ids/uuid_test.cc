#include "ids/uuid.h"

#include <gtest/gtest.h>
#include <boost/uuid/uuid_io.hpp>

namespace annals {
namespace {

TEST(Uuid, ReadsBothCases) {
  const std::string_view text = "8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f";
  ASSERT_TRUE(parse_uuid(text));
  EXPECT_EQ(to_string(*parse_uuid(text)), text);
  EXPECT_EQ(parse_uuid("8F14E45F-CEEA-467F-A8D9-0A1B2C3D4E5F"), parse_uuid(text));
}

TEST(Uuid, ReadsBackWhateverIsWritten) {
  for (int i = 0; i < 1000; ++i) {
    const Uuid uuid = random_uuid();
    EXPECT_EQ(parse_uuid(to_string(uuid)), uuid) << uuid;
  }
}

TEST(Uuid, MadeAtRandomIsVersion4) {
  const Uuid uuid = random_uuid();
  EXPECT_EQ(uuid.version(), Uuid::version_random_number_based) << uuid;
  EXPECT_EQ(uuid.variant(), Uuid::variant_rfc_4122) << uuid;
}

TEST(Uuid, RefusesEveryOtherForm) {
  for (const std::string_view text :
       {"", "8f14e45fceea467fa8d90a1b2c3d4e5f", "{8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f}",
        "8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5", "8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f0",
        "8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5g", "8f14e45f+ceea-467f-a8d9-0a1b2c3d4e5f",
        "8f14e45-fceea-467f-a8d9-0a1b2c3d4e5f", "urn:uuid:8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f",
        "8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5\n", "------------------------------------"}) {
    EXPECT_FALSE(parse_uuid(text)) << "was taken: " << text;
  }
}

TEST(Uuid, OfSendersMayHaveEveryUsualForm) {
  const std::string_view usual = "8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f";
  for (const std::string_view text : {usual, std::string_view("8F14E45FCEEA467FA8D90A1B2C3D4E5F"),
                                      std::string_view("{8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f}"),
                                      std::string_view("{8f14e45fceea467fa8d90a1b2c3d4e5f}"),
                                      std::string_view("urn:uuid:8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f"),
                                      std::string_view("URN:UUID:8F14E45F-CEEA-467F-A8D9-0A1B2C3D4E5F")}) {
    EXPECT_EQ(parse_any_uuid(text), parse_uuid(usual)) << text;
  }
  for (const std::string_view text :
       {"", "{", "}", "{}", "{8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f", "8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f}",
        "urn:uuid:{8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f}", "{{8f14e45fceea467fa8d90a1b2c3d4e5f}}",
        "8f14e45f-ceea467fa8d90a1b2c3d4e5f", "urn:uid:8f14e45f-ceea-467f-a8d9-0a1b2c3d4e5f",
        "urn:uuid:", "8f14e45fceea467fa8d90a1b2c3d4e5", "8f14e45fceea467fa8d90a1b2c3d4e5g"}) {
    EXPECT_FALSE(parse_any_uuid(text)) << "was taken: " << text;
  }
}

}  // namespace
}  // namespace annals
