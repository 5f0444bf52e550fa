#include "metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace annals::metrics {
namespace {

/// The fields of /proc/self/stat that follow the name of the program, which may hold blanks (proc(5)). The
/// first one has the number 3 there.
std::vector<std::string> fields_of_stat() {
  std::ifstream file("/proc/self/stat");
  std::string text(std::istreambuf_iterator<char>(file), {});
  const auto end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos) return {};
  std::istringstream rest(text.substr(end_of_name + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

std::optional<double> field(const std::vector<std::string>& fields, std::size_t number) {
  constexpr std::size_t kFirst = 3;
  if (number - kFirst >= fields.size()) return std::nullopt;
  try {
    return std::stod(fields[number - kFirst]);
  } catch (const std::logic_error&) {
    return std::nullopt;
  }
}

/// Returns when this process began, in seconds since 1970.
double start_time(double ticks_after_boot, double ticks_per_second) {
  timespec since_boot{};
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
  constexpr double kNanoseconds = 1e9;
  const double up =
      static_cast<double>(since_boot.tv_sec) + static_cast<double>(since_boot.tv_nsec) / kNanoseconds;
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return now.count() - (up - ticks_after_boot / ticks_per_second);
}

void add_times(Families& families, const std::vector<std::string>& fields) {
  constexpr std::size_t kUserTime = 14;
  constexpr std::size_t kSystemTime = 15;
  constexpr std::size_t kStartTime = 22;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto user = field(fields, kUserTime);
  const auto system = field(fields, kSystemTime);
  if (user && system) {
    families
        .counter("process_cpu_seconds_total",
                 "Time of processors that this process has used, the system's for it included.")
        .add((*user + *system) / ticks);
  }
  if (const auto start = field(fields, kStartTime)) {
    // Computed once, because the two clocks drift apart.
    static const double began = start_time(*start, ticks);
    families.gauge("process_start_time_seconds", "When this process began, in seconds since 1970.")
        .add(began);
  }
}

void add_memory(Families& families, const std::vector<std::string>& fields) {
  constexpr std::size_t kVirtual = 23;
  constexpr std::size_t kPages = 24;
  if (const auto bytes = field(fields, kVirtual)) {
    families.gauge("process_virtual_memory_bytes", "Size of the address space.").add(*bytes);
  }
  if (const auto pages = field(fields, kPages)) {
    families.gauge("process_resident_memory_bytes", "Memory in use, the embedded engine's included.")
        .add(*pages * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  }
}

void add_descriptors(Families& families) {
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  std::size_t open = 0;
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) ++open;
  if (!error) families.gauge("process_open_fds", "Open files and connections.").add(open);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families.gauge("process_max_fds", "Files and connections that may be open.").add(limit.rlim_cur);
  }
}

}  // namespace

void add_process(Families& families) {
  const auto fields = fields_of_stat();
  add_times(families, fields);
  add_memory(families, fields);
  add_descriptors(families);
}

}  // namespace annals::metrics
