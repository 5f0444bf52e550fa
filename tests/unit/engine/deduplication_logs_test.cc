#include "engine/embedded/deduplication_logs.h"

#include <fstream>

#include <gtest/gtest.h>

#include "io/durable_file.h"
#include "support/machine/temporary_directory.h"

namespace annals::engine {
namespace {

namespace fs = std::filesystem;

class DeduplicationLogs : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& text) {
    const fs::path path = directory() / "store" / "abc" / name / "table.sql";
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }
  static std::string read(const fs::path& path) { return io::read_if_there(path).value_or("nothing"); }
  [[nodiscard]] fs::path directory() const { return directory_.path(); }

 private:
  support::TemporaryDirectory directory_;
};

TEST_F(DeduplicationLogs, AreTakenFromTheTablesThatHaveThem) {
  const auto with = write(
      "with", "SETTINGS index_granularity = 1, non_replicated_deduplication_window = 20000\nCOMMENT 'x'");
  const auto first =
      write("first", "SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 1");
  const auto without = write("without", "SETTINGS index_granularity = 1");

  remove_deduplication_logs(directory());

  EXPECT_EQ(read(with),
            "SETTINGS index_granularity = 1, non_replicated_deduplication_window = 0\nCOMMENT 'x'");
  EXPECT_EQ(read(first), "SETTINGS non_replicated_deduplication_window = 0, index_granularity = 1");
  EXPECT_EQ(read(without), "SETTINGS index_granularity = 1");
}

TEST_F(DeduplicationLogs, AreLookedForOnce) {
  remove_deduplication_logs(directory());
  const std::string text = "SETTINGS non_replicated_deduplication_window = 5";
  const auto later = write("later", text);

  remove_deduplication_logs(directory());

  EXPECT_EQ(read(later), text);
}

}  // namespace
}  // namespace annals::engine
