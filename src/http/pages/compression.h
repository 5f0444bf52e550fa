#pragma once

#include <string>
#include <string_view>

namespace annals::http {

// Both compress well, in some milliseconds per 100 KiB, for what is compressed once while somebody waits.
// They throw std::runtime_error if there is no memory.

std::string gzip(std::string_view text);
std::string zstd(std::string_view text);

}  // namespace annals::http
