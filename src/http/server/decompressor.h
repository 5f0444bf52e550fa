#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace annals::http {

/// Undoes one Content-Encoding, piece by piece and in bounded memory. Several frames (gzip: members), one
/// behind the other, are one body.
class Decompressor {
 public:
  Decompressor() = default;
  virtual ~Decompressor() = default;
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  /// Takes from the front of `input` and appends to `out`, until `input` is used up or `out` holds
  /// `max_bytes`; in the latter case there may be more to come without further input. Throws
  /// Error(bad_request) when the data is broken.
  virtual void put(std::string_view& input, std::string& out, std::size_t max_bytes) = 0;

  /// Throws Error(bad_request) when the data must not end here.
  virtual void check_end() const = 0;
};

/// For `gzip` (or `x-gzip`) and `zstd`, in any case; null for `identity` and "". Throws
/// Error(unsupported_encoding) for others.
std::unique_ptr<Decompressor> make_decompressor(std::string_view content_encoding);

}  // namespace annals::http
