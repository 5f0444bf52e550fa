#include "config/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "config/parse.h"
#include "io/descriptor.h"
#include "io/durable_file.h"

namespace annals::config {
namespace {

constexpr uid_t kRoot = 0;

[[noreturn]] void fail(const char* what, const std::filesystem::path& path) {
  throw std::runtime_error(
      fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(errno)));
}

/// Takes over what a call to open `path` has returned.
io::Descriptor opened(int descriptor, const std::filesystem::path& path) {
  if (descriptor < 0) fail("cannot open", path);
  return io::Descriptor(descriptor);
}

/// Throws if somebody else may have written the file; `remedy` says what else than to take it over can be
/// done. Returns its mode.
mode_t checked_mode(const io::Descriptor& file, const std::filesystem::path& path, std::string_view remedy) {
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) fail("cannot look at", path);
  if (!S_ISREG(status.st_mode)) throw std::runtime_error(fmt::format("{} is not a file", path.string()));
  const uid_t self = ::geteuid();
  const bool foreign = status.st_uid != self && status.st_uid != kRoot && self != kRoot;
  if (foreign || (status.st_mode & S_IWOTH) != 0) {
    throw std::runtime_error(
        fmt::format("{} can be written by another user (owner {}, mode {:o}), who may know the key in it; "
                    "{}take it over with chown {} and chmod 600",
                    path.string(), status.st_uid, status.st_mode & ALLPERMS, remedy, self));
  }
  return status.st_mode;
}

/// Returns the first `max_bytes` of a file, or all of a shorter one.
std::string beginning_of(const io::Descriptor& file, const std::filesystem::path& path,
                         std::size_t max_bytes) {
  std::string content(max_bytes, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0) fail("cannot read", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return content;
}

/// Returns the first line of a key's file, which is short.
std::string first_line(const io::Descriptor& file, const std::filesystem::path& path) {
  constexpr std::size_t kLongest = 4096;
  const std::string text = beginning_of(file, path, kLongest + 1);
  const auto end = text.find('\n');
  if (end == std::string::npos && text.size() > kLongest) {
    throw std::runtime_error(fmt::format(
        "{}: its first line is longer than {} characters, so it is not a key; remove the file to generate a "
        "new key",
        path.string(), kLongest));
  }
  return text.substr(0, end);
}

/// Returns nullopt if the file does not exist. A link is not followed: whoever can make it could choose the
/// key.
std::optional<KeyFile> find(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0 && errno == ENOENT) return std::nullopt;
  const auto file = opened(descriptor, path);
  const mode_t mode = checked_mode(file, path, "remove the file to generate a new key, or ");
  auto keys = parse_api_keys({first_line(file, path)});
  if (!keys) {
    throw std::runtime_error(fmt::format(
        "{}: its first line is not a key: it must be 16 or more printable ASCII characters without "
        "blanks; remove the file to generate a new key",
        path.string()));
  }
  return KeyFile{.key = std::move(keys->front()), .is_public = (mode & S_IROTH) != 0};
}

}  // namespace

KeyFile find_or_make(const std::filesystem::path& path) {
  if (auto found = find(path)) return *std::move(found);
  auto key = crypto::Secret::random();
  if (io::make_durably(path, key.reveal() + "\n")) return {.key = std::move(key), .made_now = true};
  // Another instance has made it since: with a remote engine several may share the directory.
  auto found = find(path);
  if (!found) throw std::runtime_error(fmt::format("{} comes and goes", path.string()));
  return *std::move(found);
}

SecretFile read_secret_file(const std::filesystem::path& path) {
  constexpr std::size_t kLargest = std::size_t{64} << 10U;
  const auto file = opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK), path);
  const mode_t mode = checked_mode(file, path, "");
  auto content = beginning_of(file, path, kLargest + 1);
  if (content.size() > kLargest)
    throw std::runtime_error(fmt::format("{} is larger than 64 KiB", path.string()));
  return {.content = std::move(content), .is_public = (mode & S_IROTH) != 0};
}

}  // namespace annals::config
