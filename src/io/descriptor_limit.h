#pragma once

#include <cstdint>

namespace annals::io {

/// Raises the number of file descriptors that this process may have open to the most that the system grants
/// (setrlimit(2)), and returns it.
std::uint64_t raise_descriptor_limit();

}  // namespace annals::io
