#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/coding/content_coding.h"

namespace annals::http {

/// Applies one content coding, piece by piece and in bounded memory (gzip: 0.3 MiB, zstd: about 1 MiB), at a
/// level at which a piece of 32 KiB takes well under a millisecond.
class Compressor {
 public:
  /// What follows a piece.
  enum class Then : std::uint8_t {
    more,   // it may be held back, to be compressed with the next ones
    pause,  // the receiver can read all so far
    end,    // nothing: the coding is completed
  };

  Compressor() = default;
  virtual ~Compressor() = default;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  /// Returns what is to be sent for the piece, which may be empty with Then::more.
  virtual std::string put(std::string_view piece, Then then) = 0;
};

/// Throws std::bad_alloc if there is no memory. `coding` must not be identity.
std::unique_ptr<Compressor> make_compressor(ContentCoding coding);

}  // namespace annals::http
