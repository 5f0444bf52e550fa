#include "cli/context/contexts.h"

#include <gtest/gtest.h>

#include "cli/command/mistake.h"
#include "unit/cli/files.h"

namespace annals::cli {
namespace {

TEST(Contexts, AreWrittenAndReadAgain) {
  const testing::TemporaryDirectory directory;
  const auto path = directory.path() / "deep" / "config.toml";
  Contexts contexts;
  contexts.all["a b"] = {.url = "http://x", .database = "demo \"1\"", .key_file = "/k"};
  contexts.current = "a b";
  contexts.write(path);

  const Contexts read = Contexts::read(path);
  EXPECT_EQ(read.current, "a b");
  EXPECT_EQ(read.all.at("a b").database, "demo \"1\"");
  EXPECT_EQ(read.all.at("a b").key_file, "/k");
}

TEST(Contexts, FindFilesFromWhereTheyStand) {
  const testing::TemporaryDirectory directory;
  const auto path = testing::write(directory.path() / "config.toml", "[contexts.a]\nkey_file = \"key\"\n");

  EXPECT_EQ(Contexts::read(path).all.at("a").key_file, (directory.path() / "key").string());
}

TEST(Contexts, AreNoneWithoutAFile) {
  EXPECT_TRUE(Contexts::read("/nowhere/config.toml").all.empty());
}

TEST(Contexts, AreRefusedWithAllThatIsWrong) {
  const testing::TemporaryDirectory directory;
  const auto path =
      testing::write(directory.path() / "config.toml",
                     "current = \"x\"\n[contexts.a]\nclient_id = \"1\"\ndatabase = \"2\"\nzz = 3\n");
  try {
    Contexts::read(path);
    FAIL() << "expected a Mistake";
  } catch (const Mistake& mistake) {
    for (const char* words : {"current names x", "has a client_id and a database", "contexts.a.zz"}) {
      EXPECT_TRUE(std::string_view(mistake.what()).contains(words)) << mistake.what();
    }
  }
}

}  // namespace
}  // namespace annals::cli
