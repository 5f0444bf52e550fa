#include "engine/embedded/document_pipe.h"

#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace annals::engine {
namespace {

constexpr std::size_t kMoreThanAPipeHolds = std::size_t{4} << 20U;  // bytes

void write_to(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  ASSERT_TRUE(file) << "expected to write everything to " << path;
}

TEST(DocumentPipeTest, PassesOnEverything) {
  const std::string content(kMoreThanAPipeHolds, 'x');
  std::string read;
  read_document([&content](const std::string& path) { write_to(path, content); },
                [&read](const std::string& part) {
                  read += part;
                  return true;
                });
  EXPECT_EQ(read, content);
}

TEST(DocumentPipeTest, LetsTheWriterFinishWhenNobodyReadsOn) {
  const std::string content(kMoreThanAPipeHolds, 'x');
  bool finished = false;
  int parts = 0;
  read_document(
      [&content, &finished](const std::string& path) {
        write_to(path, content);
        finished = true;
      },
      [&parts](const std::string& /*part*/) {
        ++parts;
        return false;
      });
  EXPECT_TRUE(finished);
  EXPECT_EQ(parts, 1) << "expected that the reader is not asked again";
}

TEST(DocumentPipeTest, ThrowsWhatTheWriterThrows) {
  std::string read;
  const auto read_on = [&read](const std::string& part) {
    read += part;
    return true;
  };
  EXPECT_THROW(
      read_document([](const std::string& /*path*/) { throw std::runtime_error("refused"); }, read_on),
      std::runtime_error);
  EXPECT_EQ(read, "");
  EXPECT_THROW(read_document(
                   [](const std::string& path) {
                     write_to(path, "begun");
                     throw std::runtime_error("broken off");
                   },
                   read_on),
               std::runtime_error);
  EXPECT_EQ(read, "begun");
}

TEST(DocumentPipeTest, EndsWhenTheReaderThrows) {
  const std::string content(kMoreThanAPipeHolds, 'x');
  EXPECT_THROW(read_document([&content](const std::string& path) { write_to(path, content); },
                             [](const std::string& /*part*/) -> bool { throw std::runtime_error("gone"); }),
               std::runtime_error);
}

}  // namespace
}  // namespace annals::engine
