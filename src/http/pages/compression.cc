#include "http/pages/compression.h"

#include <zlib.h>
#include <zstd.h>

#include <stdexcept>

namespace annals::http {

std::string gzip(std::string_view text) {
  constexpr int kGzip = 15 + 16;  // the largest window (15), after a gzip header (16)
  constexpr int kMemory = 9;      // the most
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: no memory");
  }
  std::string result(deflateBound(&stream, text.size()), '\0');
  // NOLINTNEXTLINE(*-const-cast): zlib does not write to it, but its C interface has no const
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  const int status = deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib: the compressed text does not fit");
  return result;
}

std::string zstd(std::string_view text) {
  constexpr int kLevel = 9;
  std::string result(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress(result.data(), result.size(), text.data(), text.size(), kLevel);
  if (ZSTD_isError(size) != 0) throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(size));
  result.resize(size);
  return result;
}

}  // namespace annals::http
