#pragma once

#include <string>
#include <string_view>

namespace annals::engine {

/// Returns the bytes as one frame of zstd (RFC 8878) that tells their size. A higher level takes longer and
/// gives less. Throws std::runtime_error.
std::string zstd_compressed(std::string_view bytes, int level);

}  // namespace annals::engine
