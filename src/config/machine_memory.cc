#include "config/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace annals::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// Returns the number in a file, or kNoLimit if there is none: version 2 of control groups says `max`.
std::uint64_t limit_in(const fs::path& path) {
  std::uint64_t limit = kNoLimit;
  std::ifstream file(path);
  if (!(file >> limit)) return kNoLimit;
  return limit;
}

/// Returns the lowest limit of the control groups, version 2 or 1, that this process is in (cgroups(7)). What
/// cannot be read limits nothing.
std::uint64_t limit_of_control_group() {
  const fs::path root = "/sys/fs/cgroup";
  std::uint64_t limit =
      std::min(limit_in(root / "memory.max"), limit_in(root / "memory/memory.limit_in_bytes"));
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    constexpr std::string_view kVersion2 = "0::/";
    if (!line.starts_with(kVersion2)) continue;
    fs::path group = line.substr(kVersion2.size());
    for (; !group.empty(); group = group.parent_path()) {
      limit = std::min(limit, limit_in(root / group / "memory.max"));
    }
  }
  return limit;
}

}  // namespace

std::uint64_t machine_memory() {
  const auto pages = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
  return std::min(pages * page, limit_of_control_group());
}

std::uint64_t memory_of_engine() {
  constexpr std::uint64_t kShare = 2;
  constexpr std::uint64_t kLeast = std::uint64_t{1} << 30U;
  return std::max(kLeast, machine_memory() / kShare);
}

std::uint64_t memory_of_known_ids(std::uint64_t memory_of_engine) {
  constexpr std::uint64_t kShare = 4;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30U;
  return std::min(kMost, memory_of_engine / kShare);
}

}  // namespace annals::config
