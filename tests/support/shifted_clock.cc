// A clock that is wrong, for LD_PRELOAD: the time of day is TEST_CLOCK_SHIFT seconds ahead. What measures
// intervals goes right.

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace {

long shift() {
  const char* seconds = std::getenv("TEST_CLOCK_SHIFT");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  return seconds == nullptr ? 0 : std::strtol(seconds, nullptr, 10);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) {
  static const long k_shift = shift();
  const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += k_shift;
  return result;
}
