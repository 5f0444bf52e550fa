#include "io/durable_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

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

Descriptor open_to_append(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode));
  if (!file.open()) fail("cannot open", path);
  return file;
}

bool is_in_memory(const Descriptor& file, const std::filesystem::path& path) {
  struct statfs its{};
  if (::fstatfs(file.get(), &its) != 0) fail("cannot look at the file system of", path);
  return its.f_type == TMPFS_MAGIC || its.f_type == RAMFS_MAGIC;
}

/// Returns whether the system's cache holds a page of that part of a file, which begins at a page. False if
/// the file system has no files that can be mapped, and nobody can know.
bool is_part_cached(const Descriptor& file, off_t begin, std::size_t bytes) {
  void* mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.get(), begin);
  if (mapped == MAP_FAILED) return false;  // NOLINT(*-cstyle-cast,*-int-to-ptr): the system's macro
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((bytes + page - 1) / page);
  const bool is_known = ::mincore(mapped, bytes, pages.data()) == 0;
  ::munmap(mapped, bytes);
  return is_known && std::ranges::any_of(pages, [](unsigned char one) { return (one & 1U) != 0; });
}

bool is_cached(const Descriptor& file, const std::filesystem::path& path) {
  constexpr off_t kPart = off_t{64} << 20U;
  struct stat its{};
  if (::fstat(file.get(), &its) != 0) fail("cannot look at", path);
  for (off_t begin = 0; begin < its.st_size; begin += kPart) {
    if (is_part_cached(file, begin, static_cast<std::size_t>(std::min(kPart, its.st_size - begin))))
      return true;
  }
  return false;
}

}  // namespace

void drop_cached(const Descriptor& file, const std::filesystem::path& path,
                 std::chrono::milliseconds patience) {
  constexpr off_t kToTheEnd = 0;
  constexpr std::chrono::milliseconds kPause{5};
  const bool has_disk = !is_in_memory(file, path);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    const int error = ::posix_fadvise(file.get(), 0, kToTheEnd, POSIX_FADV_DONTNEED);
    if (error != 0) io::fail(error, path.string() + ": posix_fadvise");
    if (!has_disk || !is_cached(file, path)) return;
    if (std::chrono::steady_clock::now() >= deadline) {
      io::fail(EBUSY,
               path.string() +
                   " cannot be read from the disk again, after a write has failed, while another process "
                   "uses it; end that process, or restart the machine");
    }
    std::this_thread::sleep_for(kPause);
  }
}

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

GrowingFile::GrowingFile(const std::filesystem::path& path, std::uint64_t keep)
    : GrowingFile(open_to_append(path), path, keep) {}

GrowingFile::GrowingFile(Descriptor descriptor, std::filesystem::path path)
    : path_(std::move(path)), descriptor_(descriptor.release()), owned_(true) {}

GrowingFile::GrowingFile(Descriptor descriptor, std::filesystem::path path, std::uint64_t keep)
    : GrowingFile(std::move(descriptor), std::move(path)) {  // its destructor closes the file if this throws
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
