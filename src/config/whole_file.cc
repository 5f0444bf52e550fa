#include "config/whole_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "io/descriptor.h"
#include "io/removed_at_end.h"

namespace annals::config {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& path) {
  throw std::runtime_error(
      fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(errno)));
}

/// Takes over what a call to open `path` has returned.
io::Descriptor opened(int descriptor, const std::filesystem::path& path) {
  if (descriptor < 0) fail("cannot open", path);
  return io::Descriptor(descriptor);
}

}  // namespace

bool make_whole(const std::filesystem::path& path, const std::string& content) {
  std::string unfinished = path.string() + ".XXXXXX";
  const auto file = opened(::mkostemp(unfinished.data(), O_CLOEXEC), path);  // for its owner only
  const io::RemovedAtEnd removed(unfinished);
  const ssize_t written = ::write(file.get(), content.data(), content.size());
  if (written != static_cast<ssize_t>(content.size()) || ::fsync(file.get()) != 0)
    fail("cannot write", unfinished);
  if (::link(unfinished.c_str(), path.c_str()) != 0) {
    if (errno == EEXIST) return false;
    fail("cannot make", path);
  }
  const auto directory =
      opened(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), path.parent_path());
  if (::fsync(directory.get()) != 0) fail("cannot sync", path.parent_path());
  return true;
}

}  // namespace annals::config
