// A clock that is wrong, for LD_PRELOAD: the time of day is TEST_CLOCK_SHIFT seconds ahead, or as many as the
// eight bytes say of the file that TEST_CLOCK_SHIFT_FILE names, which a test may change at any time. What
// measures intervals goes right.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

// NOLINTBEGIN(concurrency-mt-unsafe): nobody changes the environment

std::int64_t fixed_shift() {
  const char* seconds = std::getenv("TEST_CLOCK_SHIFT");
  return seconds == nullptr ? 0 : std::strtol(seconds, nullptr, 10);
}

/// Maps the file of the shift. Returns nullptr if there is none.
const volatile std::int64_t* changing_shift() {
  const char* path = std::getenv("TEST_CLOCK_SHIFT_FILE");
  const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return nullptr;
  void* mapped = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
  ::close(file);
  return mapped == MAP_FAILED ? nullptr : static_cast<const std::int64_t*>(mapped);
}
// NOLINTEND(concurrency-mt-unsafe)

std::int64_t shift() {
  static const std::int64_t k_fixed = fixed_shift();
  static const volatile std::int64_t* const k_changing = changing_shift();
  return k_changing == nullptr ? k_fixed : *k_changing;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) {
  const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += shift();
  return result;
}
