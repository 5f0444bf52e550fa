#include "files/file_ids.h"

#include <set>

#include <gtest/gtest.h>

namespace annals::files {
namespace {

constexpr int kMany = 2'000;

TEST(FileIds, AnIdIsAUuidVersion4AndBearsTheTagOfItsTenant) {
  const ClientId owner = ClientId::random();
  for (int i = 0; i < kMany; ++i) {
    const FileId file = make_file_id(owner);
    EXPECT_EQ(file.text()[14], '4') << file.text();
    EXPECT_TRUE(std::string_view("89ab").contains(file.text()[19])) << file.text();
    EXPECT_TRUE(bears_tag_of(file, owner)) << file.text();
  }
}

TEST(FileIds, NoIdBearsTheTagOfAnotherTenant) {
  const ClientId owner = ClientId::random();
  for (int i = 0; i < kMany; ++i) {
    EXPECT_FALSE(bears_tag_of(make_file_id(owner), ClientId::random()));
    EXPECT_FALSE(bears_tag_of(FileId::random(), owner)) << "an id of earlier versions bears no tag";
  }
}

TEST(FileIds, IdsDoNotRepeat) {
  const ClientId owner = ClientId::random();
  std::set<FileId> ids;
  for (int i = 0; i < kMany; ++i) EXPECT_TRUE(ids.insert(make_file_id(owner)).second);
}

TEST(FileIds, OneOtherBitAnywhereIsAnotherId) {
  const ClientId owner = ClientId::random();
  const FileId file = make_file_id(owner);
  for (std::size_t bit = 0; bit < 128; ++bit) {
    Uuid uuid = file.uuid();
    uuid.data[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(bears_tag_of(FileId(uuid), owner)) << "bit " << bit;
  }
}

TEST(FileIds, AFileIsOfAnEarlierTenantOnlyIfItBearsTheTagOfThatOne) {
  const ClientId owner = ClientId::random();
  const ClientId earlier = ClientId::random();
  const std::vector<ClientId> tenants{ClientId::random(), earlier, owner};
  EXPECT_TRUE(is_of_an_earlier(tenants, make_file_id(earlier), owner));
  EXPECT_FALSE(is_of_an_earlier(tenants, make_file_id(owner), owner));
  EXPECT_FALSE(is_of_an_earlier(tenants, make_file_id(ClientId::random()), owner))
      << "nobody knows whose it is";
  EXPECT_FALSE(is_of_an_earlier(tenants, FileId::random(), owner)) << "nor that of an id without a tag";
  EXPECT_FALSE(is_of_an_earlier({}, make_file_id(earlier), owner));
}

TEST(FileIds, TheTagIsTheSameInEveryProcess) {
  // Files outlive processes: an id of today must be known for ever.
  const auto owner = ClientId::parse("00010203-0405-4607-8809-0a0b0c0d0e0f");
  const auto file = FileId::parse("10111213-1415-4617-9819-109e23c3a914");
  ASSERT_TRUE(owner && file);
  EXPECT_TRUE(bears_tag_of(*file, *owner));
}

}  // namespace
}  // namespace annals::files
