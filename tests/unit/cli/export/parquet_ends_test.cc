#include "cli/export/parquet_ends.h"

#include <gtest/gtest.h>

namespace annals::cli {
namespace {

using namespace std::string_literals;

/// A document of some bytes of data and a footer of the given length.
std::string document(std::size_t data, std::size_t footer, char length) {
  return "PAR1" + std::string(data, 'd') + std::string(footer, 'f') + length + "\0\0\0PAR1"s;
}

bool is_whole(const std::string& text, std::size_t part = 1'000'000) {
  ParquetEnds ends;
  for (std::size_t at = 0; at < text.size(); at += part) ends.add(text.substr(at, part));
  return ends.is_whole();
}

TEST(ParquetEnds, AreThoseOfAWholeDocumentWhateverTheParts) {
  const std::string text = document(50, 20, 20);
  for (std::size_t part = 1; part <= text.size(); ++part) EXPECT_TRUE(is_whole(text, part)) << part;
}

TEST(ParquetEnds, AreMissingInADocumentThatWasCutAnywhere) {
  const std::string text = document(50, 20, 20);
  for (std::size_t size = 0; size < text.size(); ++size) {
    for (const std::size_t part : {1U, 3U, 1000U}) EXPECT_FALSE(is_whole(text.substr(0, size), part)) << size;
  }
}

TEST(ParquetEnds, AreNotTakenFromDataThatLooksLikeThem) {
  EXPECT_FALSE(is_whole("PAR1PAR1"));
  EXPECT_FALSE(is_whole("PAR1\0\0\0\0PAR1"s)) << "a footer is never empty";
  EXPECT_FALSE(is_whole(document(50, 20, 71))) << "a footer is no longer than the document";
  EXPECT_FALSE(is_whole("PAR1 and data, ending in some field with PAR1"));
  EXPECT_FALSE(is_whole("<html>" + document(50, 20, 20)));
}

}  // namespace
}  // namespace annals::cli
