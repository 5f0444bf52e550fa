#include "config/format_stamp.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "support/machine/temporary_directory.h"

namespace annals::config {
namespace {

class FormatStamp : public testing::Test {
 protected:
  void give(const std::string& text) const { std::ofstream(path()) << text; }
  [[nodiscard]] std::string content() const {
    std::stringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::string complaint() const {
    try {
      check_data_format(directory_.path());
      return {};
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

 private:
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "format"; }
  support::TemporaryDirectory directory_;
};

TEST_F(FormatStamp, IsWrittenIfItIsMissing) {
  EXPECT_EQ(complaint(), "");
  EXPECT_EQ(content(), "annals data format 1\n");
}

TEST_F(FormatStamp, OfThisVersionIsLeftAsItIs) {
  give("annals data format 1\nwhat a later version adds\n");
  EXPECT_EQ(complaint(), "");
  EXPECT_EQ(content(), "annals data format 1\nwhat a later version adds\n");
}

TEST_F(FormatStamp, OfANewerVersionIsRefused) {
  give("annals data format 2\n");
  EXPECT_TRUE(complaint().contains("has format 2")) << complaint();
  EXPECT_EQ(content(), "annals data format 2\n");
}

TEST_F(FormatStamp, ThatSaysNothingIsRefused) {
  for (const char* text : {"", "1\n", "annals data format \n", "annals data format 0\n",
                           "annals data format x\n", "annals data format 99999999999999999999\n"}) {
    give(text);
    EXPECT_TRUE(complaint().contains("does not say")) << text;
    EXPECT_EQ(content(), text);
  }
}

}  // namespace
}  // namespace annals::config
