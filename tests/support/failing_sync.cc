// A syncfs that fails with EIO while the file exists that TEST_FAILING_SYNC names, for LD_PRELOAD.

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

extern "C" int syncfs(int descriptor) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
  const char* file = std::getenv("TEST_FAILING_SYNC");
  if (file != nullptr && ::access(file, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_syncfs, descriptor));
}
