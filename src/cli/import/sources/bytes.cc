#include "cli/import/sources/bytes.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace annals::cli {

std::size_t FileBytes::read(char* to, std::size_t size) {
  ssize_t got = 0;
  do {
    got = ::read(descriptor_, to, size);
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw std::system_error(errno, std::generic_category(), "cannot read the file");
  return static_cast<std::size_t>(got);
}

std::string_view PeekedBytes::peek(std::size_t size, char until) {
  while (peeked_.size() < size && (until == '\0' || !peeked_.contains(until))) {
    const std::size_t before = peeked_.size();
    peeked_.resize(size);
    const std::size_t got = bytes_.read(peeked_.data() + before, size - before);
    peeked_.resize(before + got);
    if (got == 0) break;
  }
  return peeked_;
}

std::size_t PeekedBytes::read(char* to, std::size_t size) {
  if (taken_ == peeked_.size()) return bytes_.read(to, size);
  const std::size_t got = std::min(size, peeked_.size() - taken_);
  std::memcpy(to, peeked_.data() + taken_, got);
  taken_ += got;
  return got;
}

}  // namespace annals::cli
