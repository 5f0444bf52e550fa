#include "backup/manifest.h"

#include <gtest/gtest.h>

#include <string>

#include "backup/destination.h"
#include "error.h"

namespace annals::backup {
namespace {

Manifest sample() {
  const ClientId id = ClientId::random();
  return {.id = new_backup_id(text::now()),
          .started_at = text::now(),
          .finished_at = text::now(),
          .version = "0.1.0",
          .tenant = id,
          .base = "20260101T000000Z-00000000",
          .needs = {"20260101T000000Z-00000000"},
          .tenants = {{.id = id,
                       .label = "Ä \"label\"",
                       .database = "alx",
                       .rows = 3,
                       .files = 2,
                       .file_bytes = 10,
                       .details = {.name = "data/a/tenant.json", .size = 5, .sha256 = "00"}}},
          .keys = {},
          .key_count = 0,
          .new_bytes = 99};
}

bool is_refused(const std::string& text) {
  try {
    (void)parse_manifest(text, "manifests/x.json");
    return false;
  } catch (const Error& error) {
    return error.code() == ErrorCode::backup_refused;
  }
}

TEST(ManifestTest, IsReadAsItWasWritten) {
  const Manifest manifest = sample();
  const std::string text = encode(manifest);
  EXPECT_EQ(encode(parse_manifest(text, "x")), text);
}

TEST(ManifestTest, WithAnyByteChangedOrMissingIsRefused) {
  const std::string text = encode(sample());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_TRUE(is_refused(changed)) << i;
    EXPECT_TRUE(is_refused(text.substr(0, i))) << i;
  }
}

TEST(BackupIdTest, IsTheTimeAndRandomDigits) {
  const std::string id = new_backup_id(Timestamp());
  EXPECT_TRUE(id.starts_with("19700101T000000Z-")) << id;
  EXPECT_TRUE(is_backup_id(id));
  for (const char* other :
       {"", "x", "../../etc/passwd", "19700101T000000Z-0000000G", "19700101T000000Z-000000000"}) {
    EXPECT_FALSE(is_backup_id(other)) << other;
  }
}

TEST(BackupIdTest, IdsOfOneSecondAreInTheOrderOfTheirTimes) {
  for (int milliseconds = 0; milliseconds < 999; ++milliseconds) {
    const Timestamp time{std::chrono::milliseconds(milliseconds)};
    EXPECT_LT(new_backup_id(time), new_backup_id(time + std::chrono::milliseconds(1))) << milliseconds;
  }
}

TEST(BlobNameTest, NeverLeavesTheDestination) {
  for (const char* name : {"manifests/a.json", "data/b/c/rows-000001"})
    EXPECT_TRUE(is_blob_name(name)) << name;
  for (const char* name :
       {"", "/a", "a/", "a//b", "../a", "a/../b", "a/.b", ".a", "a b", "a\\b", "a\nb", "ä"}) {
    EXPECT_FALSE(is_blob_name(name)) << name;
  }
}

}  // namespace
}  // namespace annals::backup
