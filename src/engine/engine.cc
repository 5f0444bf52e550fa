#include "engine/engine.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "engine/lack_of_room.h"

namespace annals::engine {
namespace {

/// Errors after which the effect of a statement is unknown: it ran out of time, was cancelled, lost its peers
/// midway, runs already because the HTTP client sent it twice, or is a mutation that failed for now, as on a
/// full disk, and is tried again (TIMEOUT_EXCEEDED, TOO_SLOW, SOCKET_TIMEOUT, NETWORK_ERROR,
/// QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING, ABORTED, UNKNOWN_STATUS_OF_INSERT, UNFINISHED, QUERY_WAS_CANCELLED,
/// KEEPER_EXCEPTION).
constexpr std::array kEffectUnknown{159, 160, 209, 210, 216, 236, 319, 341, 394, 999};

/// Errors that say that the engine, or our access to it, is in a state that may pass: UNKNOWN_SETTING,
/// TOO_MANY_ROWS, READONLY, SET_SIZE_LIMIT_EXCEEDED, QUOTA_EXCEEDED, TOO_MANY_SIMULTANEOUS_QUERIES,
/// MEMORY_LIMIT_EXCEEDED, TABLE_IS_READ_ONLY, NOT_ENOUGH_SPACE, TOO_MANY_PARTS, TOO_MANY_BYTES,
/// TOO_MANY_ROWS_OR_BYTES, SETTING_CONSTRAINT_VIOLATION, ACCESS_DENIED, AUTHENTICATION_FAILED. The statement
/// had no effect.
constexpr std::array kUnavailable{115, 158, 164, 191, 201, 202, 241, 242, 243, 252, 307, 396, 452, 497, 516};

/// Errors that say that the engine's user may not do something: READONLY, SETTING_CONSTRAINT_VIOLATION,
/// ACCESS_DENIED.
constexpr std::array kForbidden{164, 452, 497};

/// Errors that say that a query takes more than it may: TOO_MANY_ROWS, TIMEOUT_EXCEEDED, TOO_SLOW,
/// SET_SIZE_LIMIT_EXCEEDED, TOO_MANY_BYTES, TOO_MANY_ROWS_OR_BYTES.
constexpr std::array kTooCostly{158, 159, 160, 191, 307, 396};

/// The number of MEMORY_LIMIT_EXCEEDED, and the words that say that the limit was that of one query.
constexpr int kMemoryLimit = 241;
constexpr std::string_view kOfQuery = "Query memory limit exceeded";

EngineError::Kind kind_of(int exception_code, std::string_view message) {
  if (says_disk_is_full(message)) return EngineError::Kind::unknown;
  if (std::ranges::find(kEffectUnknown, exception_code) != kEffectUnknown.end()) {
    return EngineError::Kind::unknown;
  }
  if (std::ranges::find(kUnavailable, exception_code) != kUnavailable.end()) {
    return EngineError::Kind::unavailable;
  }
  return EngineError::Kind::refused;
}

}  // namespace

int exception_code_in(std::string_view text) {
  constexpr std::string_view kPrefix = "Code: ";
  const auto at = text.find(kPrefix);
  int code = 0;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + kPrefix.size(), text.data() + text.size(), code);
  return code;
}

EngineError EngineError::of_exception(int exception_code, const std::string& message) {
  return {kind_of(exception_code, message), exception_code, message};
}

EngineError::EngineError(Kind kind, int exception_code, const std::string& message)
    : Error(kind == Kind::refused ? ErrorCode::internal : ErrorCode::engine_unavailable,
            kind == Kind::refused ? "Internal Server Error" : "History database is unavailable.", message),
      kind_(kind),
      exception_code_(exception_code),
      is_too_costly_(std::ranges::find(kTooCostly, exception_code) != kTooCostly.end()),
      takes_too_much_memory_(exception_code == kMemoryLimit && message.contains(kOfQuery)) {}

bool EngineError::is_forbidden() const noexcept {
  return std::ranges::find(kForbidden, exception_code_) != kForbidden.end();
}

}  // namespace annals::engine
