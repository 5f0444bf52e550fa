#pragma once

#include <cstdint>
#include <string_view>

namespace annals::api {

/// The bytes of a file that a response carries.
struct ByteRange {
  enum class Kind : std::uint8_t {
    whole,          // 200
    part,           // 206
    unsatisfiable,  // 416: outside the file
  };
  Kind kind = Kind::whole;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Reads a Range header (RFC 9110, section 14.2) for a file of `file_size` bytes. It must hold a single
/// range: several ranges, other units and malformed text count as no header, as the RFC permits. An empty
/// text is no header either.
ByteRange parse_range(std::string_view header, std::uint64_t file_size);

}  // namespace annals::api
