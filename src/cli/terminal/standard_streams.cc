#include "cli/terminal/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

namespace annals::cli {

void take_closed_standard_streams() {
  const auto take = [](int descriptor, int mode) {
    // open() returns the lowest free descriptor, which is this one.
    if (::fcntl(descriptor, F_GETFD) < 0) ::open("/dev/null", mode);
  };
  take(STDIN_FILENO, O_WRONLY);
  take(STDOUT_FILENO, O_RDONLY);
  take(STDERR_FILENO, O_WRONLY);
}

}  // namespace annals::cli
