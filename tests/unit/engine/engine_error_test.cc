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

}  // namespace
}  // namespace annals::engine
