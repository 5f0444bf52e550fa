#include "engine/embedded/leftover_links.h"

#include <fstream>

#include <gtest/gtest.h>

#include "support/machine/temporary_directory.h"

namespace annals::engine {
namespace {

namespace fs = std::filesystem;

class LeftoverLinks : public testing::Test {
 protected:
  /// Makes the link data/`name`, to a directory that exists or not.
  fs::path link(const std::string& name, bool leads_somewhere) {
    const fs::path path = directory() / "data" / name;
    const fs::path store = directory() / "store" / path.filename();
    fs::create_directories(path.parent_path());
    if (leads_somewhere) fs::create_directories(store);
    fs::create_directory_symlink(store, path);
    return path;
  }
  void add_database(const std::string& name) {
    fs::create_directories(directory() / "metadata");
    std::ofstream(directory() / "metadata" / (name + ".sql")) << "ATTACH DATABASE";
  }
  [[nodiscard]] fs::path directory() const { return directory_.path(); }

 private:
  support::TemporaryDirectory directory_;
};

TEST_F(LeftoverLinks, OfADatabaseThatIsGoneAreRemovedWithItsFolder) {
  const fs::path gone = link("gone/events_1", true);

  remove_leftover_links(directory());

  EXPECT_FALSE(fs::exists(gone.parent_path()));
  EXPECT_TRUE(fs::exists(directory() / "store/events_1")) << "what a link leads to is the engine's";
}

TEST_F(LeftoverLinks, ThatLeadNowhereAreRemovedAndTheOthersStay) {
  add_database("shop");
  const fs::path good = link("shop/events_1", true);
  const fs::path dangling = link("shop/events_2", false);

  remove_leftover_links(directory());

  EXPECT_TRUE(fs::is_symlink(good));
  EXPECT_FALSE(fs::is_symlink(dangling));
}

TEST_F(LeftoverLinks, AreNotLookedForInANewDirectory) {
  EXPECT_NO_THROW(remove_leftover_links(directory()));
}

TEST_F(LeftoverLinks, KeepAFolderThatHoldsSomethingElse) {
  link("gone/events_1", true);
  std::ofstream(directory() / "data/gone/file") << "data";

  remove_leftover_links(directory());

  EXPECT_TRUE(fs::exists(directory() / "data/gone/file"));
}

}  // namespace
}  // namespace annals::engine
