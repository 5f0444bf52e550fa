#include "models/threads.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace annals::models {
namespace {

/// Returns the state of a thread as the kernel tells it: R, S, D, … A thread that has ended sleeps.
char state_of(const std::filesystem::path& thread) {
  std::string line;
  std::getline(std::ifstream(thread / "stat"), line);
  const std::size_t name_end = line.rfind(')');  // the name may hold anything
  constexpr std::size_t kToState = 2;
  return name_end == std::string::npos ? 'S' : line.at(name_end + kToState);
}

}  // namespace

bool other_threads_sleep() {
  const std::string own = std::to_string(::gettid());
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    if (thread.path().filename() != own && state_of(thread.path()) != 'S') return false;
  }
  return true;
}

}  // namespace annals::models
