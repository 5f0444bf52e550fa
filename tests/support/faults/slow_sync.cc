// A slow disk, for LD_PRELOAD: while the file exists that TEST_SLOW_SYNC names, each syncfs, fsync and
// fdatasync takes as many milliseconds longer as it says.

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>

namespace {

void wait_as_told() {
  const char* path = std::getenv("TEST_SLOW_SYNC");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  std::array<char, 16> text{};
  const auto bytes = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  if (bytes <= 0) return;
  constexpr long kMilliseconds = 1000;
  constexpr long kNanoseconds = 1'000'000;
  const long wait = std::strtol(text.data(), nullptr, 10);
  const timespec time{.tv_sec = wait / kMilliseconds, .tv_nsec = wait % kMilliseconds * kNanoseconds};
  ::nanosleep(&time, nullptr);
}

int sync_slowly(long call, int descriptor) {
  wait_as_told();
  return static_cast<int>(::syscall(call, descriptor));
}

}  // namespace

extern "C" int syncfs(int descriptor) noexcept {
  return sync_slowly(SYS_syncfs, descriptor);
}

extern "C" int fsync(int descriptor) {
  return sync_slowly(SYS_fsync, descriptor);
}

extern "C" int fdatasync(int descriptor) {
  return sync_slowly(SYS_fdatasync, descriptor);
}
