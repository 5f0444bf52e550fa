#include "aws/limited_file.h"

#include <sys/stat.h>

#include <fstream>

#include <gtest/gtest.h>

#include "support/machine/temporary_directory.h"

namespace annals::aws {
namespace {

TEST(LimitedFile, OnlyARegularFileThatIsNotTooLargeIsRead) {
  const support::TemporaryDirectory directory;
  const auto file = directory.path() / "file";
  const auto pipe = directory.path() / "pipe";
  std::ofstream(file) << "12345";
  ASSERT_EQ(::mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR), 0);

  EXPECT_EQ(read_limited(file, 5).value(), "12345");
  EXPECT_EQ(read_limited(file, 4).error(), "is larger than 4 bytes");
  EXPECT_EQ(read_limited(pipe, 5).error(), "is not a regular file");
  EXPECT_EQ(read_limited(directory.path(), 5).error(), "is not a regular file");
  EXPECT_EQ(read_limited(directory.path() / "none", 5).error(), "does not exist");
  std::ofstream(file) << "";
  EXPECT_EQ(read_limited(file, 5).value(), "");
}

}  // namespace
}  // namespace annals::aws
