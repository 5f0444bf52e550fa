#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>

namespace annals::bench {

/// Returns the memory of this process that is resident.
inline std::uint64_t rss_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Returns the processor time that this process has used.
inline double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Sleeps for that time, and returns how much of a core this process has used meanwhile, in per cent.
inline double cpu_share(std::chrono::seconds time) {
  const double before = cpu_seconds();
  std::this_thread::sleep_for(time);
  return 100.0 * (cpu_seconds() - before) / std::chrono::duration<double>(time).count();
}

/// Returns the number of files that this process has open.
inline std::uint64_t descriptors() {
  return static_cast<std::uint64_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                                                  std::filesystem::directory_iterator()));
}

/// Returns the number of files in a directory and below. Some may go while they are counted.
inline std::uint64_t files_below(const std::filesystem::path& directory) {
  std::uint64_t files = 0;
  std::error_code gone;
  std::filesystem::recursive_directory_iterator entry(directory, gone);
  for (; entry != std::filesystem::recursive_directory_iterator(); entry.increment(gone)) {
    files += !entry->is_directory(gone);
  }
  return files;
}

}  // namespace annals::bench
