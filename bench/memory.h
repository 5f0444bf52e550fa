#pragma once

#include <unistd.h>

#include <cstdint>
#include <fstream>

namespace annals::bench {

/// Returns the memory of this process that is resident.
inline std::uint64_t rss_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace annals::bench
