#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <variant>
#include <vector>

namespace annals::config {

/// What was read, or what is wrong with it. The complaint never repeats the value: it may be a secret in the
/// wrong place.
template <class T>
using Read = std::expected<T, std::string>;

/// The value of one setting as it was written: with a type of its own in the file, as plain text in the
/// environment. Each reader below returns a complaint when the value is of another type.
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
  /// From the environment: the parts between commas, without the blanks around them.
  [[nodiscard]] Read<std::vector<std::string>> list() const;

  /// An empty text or list: the setting is as good as not given.
  [[nodiscard]] bool blank() const;

 private:
  Written written_;
};

}  // namespace annals::config
