#include "engine/engine.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace annals::engine {
namespace {

/// Errors after which the effect of a statement is unknown: it ran out of time, was cancelled, lost its peers
/// midway, or runs already because the HTTP client sent it twice (TIMEOUT_EXCEEDED, SOCKET_TIMEOUT,
/// NETWORK_ERROR, QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING, ABORTED, UNKNOWN_STATUS_OF_INSERT,
/// QUERY_WAS_CANCELLED, KEEPER_EXCEPTION).
constexpr std::array kEffectUnknown{159, 209, 210, 216, 236, 319, 394, 999};

/// Errors that say that the engine, or our access to it, is in a state that may pass:
/// TOO_MANY_SIMULTANEOUS_QUERIES, MEMORY_LIMIT_EXCEEDED, TABLE_IS_READ_ONLY, NOT_ENOUGH_SPACE,
/// TOO_MANY_PARTS, AUTHENTICATION_FAILED. The statement had no effect.
constexpr std::array kUnavailable{202, 241, 242, 243, 252, 516};

/// The words of the system for a full disk. ClickHouse passes it on under several codes, some of its own and
/// one for every exception of the standard library, at any step of a statement.
constexpr std::array<std::string_view, 2> kDiskFull{"No space left on device", "Disk quota exceeded"};

EngineError::Kind kind_of(int exception_code, std::string_view message) {
  if (std::ranges::any_of(kDiskFull, [message](std::string_view text) { return message.contains(text); })) {
    return EngineError::Kind::unknown;
  }
  if (std::ranges::find(kEffectUnknown, exception_code) != kEffectUnknown.end()) {
    return EngineError::Kind::unknown;
  }
  if (std::ranges::find(kUnavailable, exception_code) != kUnavailable.end()) {
    return EngineError::Kind::unavailable;
  }
  return EngineError::Kind::refused;
}

}  // namespace

EngineError EngineError::of_exception(int exception_code, const std::string& message) {
  return {kind_of(exception_code, message), exception_code, message};
}

EngineError::EngineError(Kind kind, int exception_code, const std::string& message)
    : Error(kind == Kind::refused ? ErrorCode::internal : ErrorCode::engine_unavailable,
            kind == Kind::refused ? "Internal Server Error" : "History database is unavailable.", message),
      kind_(kind),
      exception_code_(exception_code) {}

}  // namespace annals::engine
