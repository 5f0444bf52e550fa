#include "events/events_table.h"

#include <gtest/gtest.h>

namespace annals::events {
namespace {

using engine::EngineError;

TEST(EventsTable, IsGoneIfTheEngineDoesNotFindItOrItsDatabaseOrFindsItSetAside) {
  constexpr int kUnknownTable = 60;
  constexpr int kUnknownDatabase = 81;
  constexpr int kTableUuidMismatch = 741;
  for (const int code : {kUnknownTable, kUnknownDatabase, kTableUuidMismatch}) {
    EXPECT_TRUE(is_table_gone(EngineError::of_exception(code, "no table"))) << code;
  }
}

TEST(EventsTable, IsNotGoneIfTheEngineRefusesSomethingElse) {
  constexpr int kSyntaxError = 62;
  EXPECT_FALSE(is_table_gone(EngineError::of_exception(kSyntaxError, "no SQL")));
  EXPECT_FALSE(is_table_gone(EngineError(EngineError::Kind::unknown, 60, "no answer")));
}

}  // namespace
}  // namespace annals::events
