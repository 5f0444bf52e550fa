#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <variant>
#include <vector>

namespace annals::config {

/// A value that was read, or a complaint about it. The complaint never repeats the value, which may be a
/// secret in the wrong place.
template <class T>
using Read = std::expected<T, std::string>;

/// Holds the value of a setting as it was written: typed in the file, plain text in the environment. Each
/// reader below returns a complaint if the value has another type.
class Value {
 public:
  struct Untyped {
    std::string text;
  };
  struct OtherType {};  // TOML's dates, tables, mixed lists
  using Written =
      std::variant<Untyped, std::string, std::int64_t, double, bool, std::vector<std::string>, OtherType>;

  explicit Value(Written written) : written_(std::move(written)) {}

  [[nodiscard]] Read<std::string> text() const;
  [[nodiscard]] Read<std::int64_t> whole_number() const;
  [[nodiscard]] Read<double> number() const;
  [[nodiscard]] Read<bool> boolean() const;
  /// Returns a list. A text from the environment is split at its commas, without the blanks around the parts.
  [[nodiscard]] Read<std::vector<std::string>> list() const;

  /// Returns whether the value is an empty text or list, which counts as not given.
  [[nodiscard]] bool blank() const;

 private:
  Written written_;
};

}  // namespace annals::config
