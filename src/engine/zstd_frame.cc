#include "engine/zstd_frame.h"

#include <stdexcept>

#include <fmt/format.h>
#include <zstd.h>

namespace annals::engine {

std::string zstd_compressed(std::string_view bytes, int level) {
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), level);
  if (ZSTD_isError(size) != 0) throw std::runtime_error(fmt::format("zstd: {}", ZSTD_getErrorName(size)));
  packed.resize(size);
  return packed;
}

}  // namespace annals::engine
