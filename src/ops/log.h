#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <variant>

namespace annals::ops {

enum class Level : unsigned char { debug, info, warning, error };

/// The value of a field: a text, or a number or a boolean that stays one in JSON. It refers to a text, which
/// must outlive it.
class LogValue {
 public:
  // NOLINTBEGIN(google-explicit-constructor,hicpp-explicit-conversions): a field is written as its plain
  // value
  template <class Text>
    requires std::convertible_to<const Text&, std::string_view>
  LogValue(const Text& text) : value_(std::string_view(text)) {}
  LogValue(bool flag) : value_(flag) {}
  LogValue(double number) : value_(number) {}
  template <std::signed_integral Number>
  LogValue(Number number) : value_(std::int64_t{number}) {}
  template <std::unsigned_integral Number>
  LogValue(Number number) : value_(std::uint64_t{number}) {}
  // NOLINTEND(google-explicit-constructor,hicpp-explicit-conversions)

  using Value = std::variant<std::string_view, bool, double, std::int64_t, std::uint64_t>;
  [[nodiscard]] const Value& value() const { return value_; }

 private:
  Value value_;
};

using LogFields = std::initializer_list<std::pair<std::string_view, LogValue>>;

/// Writes one JSON line `{"time":…,"level":…,"msg":…,<fields>}` to standard error, or a line of text that has
/// the same. Never pass a key, a secret, a signature or a payload. Thread-safe.
void log(Level level, std::string_view message, LogFields fields = {});

/// Does the same for what may happen very often, as for each request or each try during an outage: of lines
/// with the same message and `kind` five are written in half a minute, and the next one has a field
/// `left_out`, the number of those that were not. Thread-safe.
void log_damped(Level level, std::string_view message, LogFields fields, std::string_view kind = "");

/// Returns whether a line of that level would be written, for callers that would otherwise build its fields
/// in vain.
[[nodiscard]] bool log_enabled(Level level);

/// Sets the lowest level that is written; the default is `info`. Thread-safe.
void set_log_level(Level level);

enum class LogFormat : unsigned char { json, text };

/// Chooses between JSON, which is the default, and text for people. Call it before threads start.
void set_log_format(LogFormat format);

}  // namespace annals::ops
