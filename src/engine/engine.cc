#include "engine/engine.h"

#include <algorithm>
#include <array>

namespace annals::engine {
namespace {

/// Refusals that say nothing about what was done: the statement ran out of time, was cancelled or lost its
/// peers midway (TIMEOUT_EXCEEDED, SOCKET_TIMEOUT, NETWORK_ERROR, UNKNOWN_STATUS_OF_INSERT,
/// QUERY_WAS_CANCELLED, KEEPER_EXCEPTION), or the engine was closing the table (ABORTED).
constexpr std::array kOutcomeUnknown{159, 209, 210, 236, 319, 394, 999};

/// Refusals for a state of the engine, or of our access to it, that may pass: TOO_MANY_SIMULTANEOUS_QUERIES,
/// MEMORY_LIMIT_EXCEEDED, TABLE_IS_READ_ONLY, NOT_ENOUGH_SPACE, TOO_MANY_PARTS, AUTHENTICATION_FAILED.
/// Nothing was done.
constexpr std::array kUnavailable{202, 241, 242, 243, 252, 516};

EngineError::Kind kind_of(int exception_code) {
  if (std::ranges::find(kOutcomeUnknown, exception_code) != kOutcomeUnknown.end())
    return EngineError::Kind::unknown;
  if (std::ranges::find(kUnavailable, exception_code) != kUnavailable.end())
    return EngineError::Kind::unreachable;
  return EngineError::Kind::refused;
}

}  // namespace

EngineError EngineError::of_exception(int exception_code, const std::string& message) {
  return {kind_of(exception_code), exception_code, message};
}

EngineError::EngineError(Kind kind, int exception_code, const std::string& message)
    : Error(kind == Kind::refused ? ErrorCode::internal : ErrorCode::engine_unavailable,
            kind == Kind::refused ? "Internal Server Error" : "History database is unavailable.", message),
      kind_(kind),
      exception_code_(exception_code) {}

}  // namespace annals::engine
