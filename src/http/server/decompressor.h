#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace annals::http {

/// Undoes one Content-Encoding, piece by piece and in bounded memory. Several frames (gzip: members) in a row
/// are one body.
class Decompressor {
 public:
  Decompressor() = default;
  virtual ~Decompressor() = default;
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  /// Consumes the front of `input` and appends to `out`, until `input` is used up or `out` holds `max_bytes`.
  /// In the latter case the next call may produce more without further input. Throws Error(bad_request) if
  /// the data is broken.
  virtual void put(std::string_view& input, std::string& out, std::size_t max_bytes) = 0;

  /// Returns about how many bytes of memory it has for itself: what a sender asks for, and may ask anew with
  /// each frame.
  [[nodiscard]] virtual std::size_t memory() const = 0;

  /// Throws Error(bad_request) if the data must not end here.
  virtual void check_end() const = 0;
};

/// Returns a decompressor for `gzip` (or `x-gzip`) or `zstd`, in upper or lower case; null for `identity` and
/// "". Throws Error(unsupported_encoding) for all others.
std::unique_ptr<Decompressor> make_decompressor(std::string_view content_encoding);

}  // namespace annals::http
