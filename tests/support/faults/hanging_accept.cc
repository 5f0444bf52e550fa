// A thread that hangs, for LD_PRELOAD. While the file exists that TEST_HANGING_ACCEPT names, whoever accepts
// a connection never returns. The file `<name>.hangs` then says that it does.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

extern "C" int accept(int listener, sockaddr* address, socklen_t* size) {
  using Accept = int (*)(int, sockaddr*, socklen_t*);
  static const auto real = reinterpret_cast<Accept>(::dlsym(RTLD_NEXT, "accept"));
  const char* name = std::getenv("TEST_HANGING_ACCEPT");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  const int accepted = real(listener, address, size);
  if (accepted < 0 || name == nullptr || ::access(name, F_OK) != 0) return accepted;
  ::close(::open((std::string(name) + ".hangs").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  while (true) ::pause();
}
