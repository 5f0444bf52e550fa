#include "io/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "io/removed_at_end.h"

namespace annals::io {
namespace {

constexpr mode_t kMode = 0666;  // without the bits of the umask

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path) {
  throw std::system_error(errno, std::generic_category(), what + " " + path.string());
}

std::filesystem::path unfinished(const std::filesystem::path& path) {
  return path.string() + ".new";
}

/// Returns the name under which a directory can be opened. A path without one is in the current directory.
std::string name_of(const std::filesystem::path& directory) {
  return directory.empty() ? "." : directory.string();
}

/// Opens a file without a name, of which a crash leaves nothing. It is not open where the file system has
/// none such, as NFS, or where there is no /proc by which it gets its name.
Descriptor open_without_name(const std::filesystem::path& directory) {
  constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
  if (::access("/proc/self/fd", X_OK) != 0) return Descriptor();
  return Descriptor(::open(name_of(directory).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kOwnerOnly));
}

}  // namespace

std::optional<std::string> read_if_there(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return std::nullopt;
  if (descriptor < 0) fail("cannot open", path);
  std::string content;
  std::array<char, 4096> part{};
  ssize_t got = 0;
  while ((got = ::read(descriptor, part.data(), part.size())) > 0) {
    content.append(part.data(), static_cast<std::size_t>(got));
  }
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (got < 0) fail("cannot read", path);
  return content;
}

void replace_file(const std::filesystem::path& path, std::string_view content) {
  {
    GrowingFile file(unfinished(path), 0);
    file.append(content);
  }
  std::filesystem::rename(unfinished(path), path);
}

void replace_durably(const std::filesystem::path& path, std::string_view content) {
  GrowingFile file(unfinished(path), 0);
  try {
    file.append(content);
    file.sync_and_rename(path);
  } catch (...) {
    // Where there is no room, it would be taken for as long as nobody writes this file again.
    std::error_code ignored;
    std::filesystem::remove(unfinished(path), ignored);
    throw;
  }
}

bool make_durably(const std::filesystem::path& path, std::string_view content) {
  Descriptor descriptor = open_without_name(path.parent_path());
  std::string temporary = "/proc/self/fd/" + std::to_string(descriptor.get());
  std::optional<RemovedAtEnd> removed;
  if (!descriptor.open()) {
    temporary = path.string() + ".XXXXXX";
    descriptor = Descriptor(::mkostemp(temporary.data(), O_CLOEXEC));  // for its owner only
    if (!descriptor.open()) fail("cannot make", temporary);
    removed.emplace(temporary);
  }
  GrowingFile::borrowed(descriptor.get(), path.string()).append(content);
  if (::fsync(descriptor.get()) != 0) fail("cannot sync", path);
  if (::linkat(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    if (errno == EEXIST) return false;
    fail("cannot make", path);
  }
  sync_directory(path.parent_path());
  return true;
}

void sync_directory(const std::filesystem::path& directory) {
  const std::string name = name_of(directory);
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("cannot open", name);
  const bool synced = ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (!synced) fail("cannot sync", name);
}

GrowingFile::GrowingFile(std::filesystem::path path, std::uint64_t keep)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode)),
      owned_(true) {
  if (descriptor_ < 0) fail("cannot open", path_);
  cut(keep);
}

GrowingFile::GrowingFile(Descriptor descriptor, std::filesystem::path path)
    : path_(std::move(path)), descriptor_(descriptor.release()), owned_(true) {}

GrowingFile::GrowingFile(Descriptor descriptor, std::filesystem::path path, std::uint64_t keep)
    : GrowingFile(std::move(descriptor), std::move(path)) {
  cut(keep);
}

GrowingFile GrowingFile::borrowed(int descriptor, std::string name) {
  GrowingFile file;
  file.path_ = std::move(name);
  file.descriptor_ = descriptor;
  return file;
}

GrowingFile::~GrowingFile() {
  if (owned_ && descriptor_ >= 0) ::close(descriptor_);
}

GrowingFile::GrowingFile(GrowingFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      owned_(std::exchange(other.owned_, false)) {}

GrowingFile& GrowingFile::operator=(GrowingFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(owned_, other.owned_);
  return *this;
}

void GrowingFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) fail("cannot write to", path_);
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void GrowingFile::cut(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail("cannot shorten", path_);
}

void GrowingFile::sync_and_rename(const std::filesystem::path& name) {
  if (::fsync(descriptor_) != 0) fail("cannot sync", path_);
  std::filesystem::rename(path_, name);
  sync_directory(name.parent_path());
}

}  // namespace annals::io
