#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/row_binary.h"

namespace annals::engine {

/// Takes values off rows in RowBinary. After the bytes have ended it returns values that mean nothing, and
/// whole() returns false. The bytes must outlive what it returns.
class RowReader {
 public:
  explicit RowReader(std::string_view bytes, std::size_t at = 0) : bytes_(bytes), at_(at) {}

  template <std::integral Integer>
  Integer integer() {
    return has(sizeof(Integer)) ? read_integer<Integer>(take(sizeof(Integer))) : Integer{};
  }
  std::array<std::uint8_t, 16> uuid() {
    constexpr std::size_t kSize = 16;
    return has(kSize) ? read_uuid(take(kSize)) : std::array<std::uint8_t, kSize>{};
  }
  std::string_view string() {
    const auto size = whole_ ? read_varint(bytes_, at_) : std::nullopt;
    whole_ = size.has_value();
    return whole_ && has(*size) ? std::string_view(take(*size), *size) : std::string_view();
  }

  /// Returns whether all values were there so far.
  [[nodiscard]] bool whole() const { return whole_; }
  /// Returns whether nothing is left.
  [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  bool has(std::size_t size) {
    whole_ = whole_ && bytes_.size() - at_ >= size;
    return whole_;
  }
  const char* take(std::size_t size) {
    const char* from = bytes_.data() + at_;
    at_ += size;
    return from;
  }

  std::string_view bytes_;
  std::size_t at_;
  bool whole_ = true;
};

}  // namespace annals::engine
