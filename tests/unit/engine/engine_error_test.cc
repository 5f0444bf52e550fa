#include <gtest/gtest.h>

#include "engine/engine.h"

namespace annals::engine {
namespace {

using Kind = EngineError::Kind;

TEST(EngineError, OfAFullDiskIsAStateThatMayPassUnderWhateverCode) {
  for (const char* message : {"Code: 1001. DB::Exception: filesystem error: No space left on device",
                              "Code: 75. DB::Exception: Cannot write: No space left on device",
                              "Code: 76. DB::ErrnoException: Cannot open file: Disk quota exceeded"}) {
    const auto error = EngineError::of_exception(1001, message);
    EXPECT_EQ(error.kind(), Kind::unknown) << "a part of it may be done: " << message;
    EXPECT_EQ(error.code(), ErrorCode::engine_unavailable);
  }
}

TEST(EngineError, OfAStatementThatTheEngineRefusesIsRefused) {
  const auto error = EngineError::of_exception(60, "Code: 60. DB::Exception: Table does not exist");
  EXPECT_EQ(error.kind(), Kind::refused);
  EXPECT_TRUE(error.is(ExceptionCode::unknown_table));
}

TEST(EngineError, OfWhatTheUserMayNotDoIsForbiddenAndNoFaultOfOurs) {
  for (const int code : {164, 452, 497}) {
    const auto error = EngineError::of_exception(code, "Code: DB::Exception: Not enough privileges");
    EXPECT_TRUE(error.is_forbidden()) << code;
    EXPECT_EQ(error.code(), ErrorCode::engine_unavailable) << code;
    EXPECT_FALSE(error.is_too_costly()) << code;
  }
}

TEST(EngineError, OfAQueryThatTakesTooMuchSaysThatItWouldAgain) {
  for (const int code : {158, 159, 160, 191, 307, 396}) {
    const auto error = EngineError::of_exception(code, "Code: DB::Exception: Limit exceeded");
    EXPECT_TRUE(error.is_too_costly()) << code;
    EXPECT_EQ(error.code(), ErrorCode::engine_unavailable) << code;
  }
}

TEST(EngineError, OfAMutationThatIsTriedAgainSaysThatItsEffectIsUnknown) {
  const auto error = EngineError::of_exception(
      341,
      "Code: 341. DB::Exception: Exception happened during execution of mutation 'mutation_96.txt' with part "
      "'all_95_95_1' reason: 'Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space.'");
  EXPECT_EQ(error.kind(), EngineError::Kind::unknown);
  EXPECT_EQ(error.code(), ErrorCode::engine_unavailable);
}

TEST(EngineError, OfMemoryIsTheQuerysOwnFaultOnlyIfItsOwnLimitWasExceeded) {
  EXPECT_TRUE(
      EngineError::of_exception(241, "Code: 241. DB::Exception: Query memory limit exceeded: would use 1 GiB")
          .takes_too_much_memory());
  EXPECT_FALSE(EngineError::of_exception(241, "Code: 241. DB::Exception: (total) memory limit exceeded")
                   .is_too_costly());
}

TEST(EngineError, HasTheNumberThatItsTextBeginsWith) {
  EXPECT_EQ(exception_code_in("Code: 82. DB::Exception: …"), 82);
  EXPECT_EQ(exception_code_in("__exception__\r\nabc\r\nCode: 159. DB::Exception"), 159);
  EXPECT_EQ(exception_code_in("Code: x"), 0);
  EXPECT_EQ(exception_code_in(""), 0);
}

}  // namespace
}  // namespace annals::engine
