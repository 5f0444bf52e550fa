#include "models/ordered_ids.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <iterator>
#include <span>

namespace annals::models {
namespace {

constexpr std::size_t kMostProcesses = 16;

// Libraries ask before main() for randomness, and get that of the system until a run begins.
constinit bool began = false;
constinit std::size_t process = 0;
constinit std::array<unsigned, kMostProcesses> made{};

/// Returns a byte of which the first hexadecimal digit is a letter, so that no id reads like a number.
unsigned char byte_of(unsigned letter, std::size_t value) {
  return static_cast<unsigned char>(letter << 4U | (value & 0xfU));
}

}  // namespace

void make_ids_for(int one) {
  process = static_cast<std::size_t>(one) % kMostProcesses;
}

void begin_ids() {
  began = true;
  process = 0;
  made = {};
}

}  // namespace annals::models

/// Takes the place of the C library's function, from which Boost.UUID has its randomness.
extern "C" ssize_t getrandom(void* buffer, std::size_t length, unsigned flags) {
  using namespace annals::models;
  if (!began) return ::syscall(SYS_getrandom, buffer, length, flags);
  const unsigned number = made[process]++;
  const unsigned char bytes[] = {byte_of(0xa, process), byte_of(0xb, number >> 4U), byte_of(0xc, number)};
  std::size_t at = 0;
  for (unsigned char& one : std::span(static_cast<unsigned char*>(buffer), length)) {
    one = bytes[at++ % std::size(bytes)];
  }
  return static_cast<ssize_t>(length);
}
