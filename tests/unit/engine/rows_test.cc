#include "engine/rows.h"

#include <gtest/gtest.h>

#include "engine/engine.h"

namespace annals::engine {
namespace {

using Numbers = std::vector<std::uint64_t>;

TEST(NumbersIn, AreThoseOfARow) {
  EXPECT_EQ(numbers_in("7\n", 1), Numbers({7}));
  EXPECT_EQ(numbers_in("0\t18446744073709551615\t3\n", 3), Numbers({0, 18446744073709551615U, 3}));
}

TEST(NumbersIn, NothingElseIsTakenForARow) {
  for (const std::string_view result :
       {"", "\n", "1", "1\n", "1\t2", "1\t\n", "\t2\n", "1\t2\t3\n", "1\t2\n\n", "1\t2\n3\t4\n", "1 2\n",
        "-1\t2\n", "1\t18446744073709551616\n", "1\t2.5\n", "<html>"}) {
    try {
      (void)numbers_in(result, 2);
      ADD_FAILURE() << "expected that this is refused: " << result;
    } catch (const EngineError& error) {
      EXPECT_EQ(error.kind(), EngineError::Kind::unknown) << result;
    }
  }
}

}  // namespace
}  // namespace annals::engine
