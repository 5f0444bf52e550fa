#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/coding/content_coding.h"

namespace annals::http {

/// Says how much time a compressor takes for fewer bytes.
enum class Effort : std::uint8_t {
  little,  // a piece of 32 KiB takes well under a millisecond, in bounded memory (gzip: 0.3 MiB, zstd: 1 MiB)
  much,    // for what is compressed once and sent often
};

/// Applies one content coding, piece by piece.
class Compressor {
 public:
  /// Says what follows a piece.
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
std::unique_ptr<Compressor> make_compressor(ContentCoding coding, Effort effort = Effort::little);

}  // namespace annals::http
