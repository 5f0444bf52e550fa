// Each case names the clause of RFC 9110 that it holds.

#include "api/byte_range.h"

#include <gtest/gtest.h>

#include <string>

namespace annals::api {
namespace {

using Kind = ByteRange::Kind;

struct Case {
  const char* clause = nullptr;
  const char* header = nullptr;
  std::uint64_t size = 0;
  Kind kind = Kind::whole;
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
};

TEST(ByteRange, IsReadAsTheRfcHasIt) {
  const Case cases[] = {
      {"14.1.2: first and last", "bytes=2-4", 10, Kind::part, 2, 3},
      {"14.1.2: one byte", "bytes=0-0", 10, Kind::part, 0, 1},
      {"14.1.2: to the end", "bytes=7-", 10, Kind::part, 7, 3},
      {"14.1.2: the last is clipped", "bytes=7-99", 10, Kind::part, 7, 3},
      {"14.1.2: a suffix", "bytes=-3", 10, Kind::part, 7, 3},
      {"14.1.2: a suffix longer than the file is all of it", "bytes=-99", 10, Kind::part, 0, 10},
      {"14.1.2: numbers of any length", "bytes=5-99999999999999999999999999", 10, Kind::part, 5, 5},
      {"14.1.1: units in any case", "Bytes=2-4", 10, Kind::part, 2, 3},
      {"14.1.1: units in any case", "BYTES=-3", 10, Kind::part, 7, 3},
      {"5.6.1: empty elements of a list", "bytes=, 2-4 ,", 10, Kind::part, 2, 3},
      {"15.5.17: behind the end", "bytes=10-", 10, Kind::unsatisfiable},
      {"15.5.17: behind the end, too large to count", "bytes=99999999999999999999999-", 10,
       Kind::unsatisfiable},
      {"14.1.2: a suffix of nothing", "bytes=-0", 10, Kind::unsatisfiable},
      {"14.1.2: every first is behind the end of an empty file", "bytes=0-", 0, Kind::unsatisfiable},
      {"14.1.2: a suffix of an empty file is satisfiable", "bytes=-5", 0, Kind::whole},
      {"14.1.2: a suffix of nothing of an empty file", "bytes=-0", 0, Kind::unsatisfiable},
      {"14.1.1: reversed, so invalid", "bytes=4-2", 10, Kind::whole},
      {"14.2: another unit", "lines=2-4", 10, Kind::whole},
      {"14.2: no unit", "2-4", 10, Kind::whole},
      {"14.2: no range", "bytes=", 10, Kind::whole},
      {"14.2: no range", "bytes=-", 10, Kind::whole},
      {"14.2: blanks", "bytes=2 - 4", 10, Kind::whole},
      {"14.2: blanks", "bytes = 2-4", 10, Kind::whole},
      {"14.2: signs", "bytes=+2-4", 10, Kind::whole},
      {"14.2: several may be ignored", "bytes=0-0,5-5", 10, Kind::whole},
      {"14.2: several may be ignored, one of them invalid", "bytes=0-0,x", 10, Kind::whole},
      {"14.2: no header", "", 10, Kind::whole},
  };
  for (const Case& one : cases) {
    const ByteRange range = parse_range(one.header, one.size);
    const std::string what = std::string(one.clause) + ": '" + one.header + "'";
    EXPECT_EQ(range.kind, one.kind) << what;
    if (one.kind != Kind::part) continue;
    EXPECT_EQ(range.offset, one.offset) << what;
    EXPECT_EQ(range.size, one.count) << what;
  }
}

}  // namespace
}  // namespace annals::api
