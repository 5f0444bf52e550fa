#include "files/local/directory.h"

#include <cerrno>
#include <cstdlib>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/descriptor.h"
#include "io/free_room.h"

namespace annals::files {
namespace {

using io::Descriptor;
using io::fail;

struct CloseStream {
  void operator()(DIR* stream) const noexcept { closedir(stream); }
};

Descriptor open_root(const std::filesystem::path& root) {
  Descriptor directory(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A missing root does not count as empty: it may be on a disk that is not mounted, with all its files.
  if (!directory.open()) fail(errno, root.string());
  return directory;
}

/// Opens a directory inside another. The result is not open if the name is absent or that of a link or file.
Descriptor open_inside(const Descriptor& parent, const std::string& name) {
  Descriptor directory(openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory.open() && errno != ENOENT && errno != ENOTDIR && errno != ELOOP) fail(errno, name);
  return directory;
}

bool exists(const Descriptor& parent, const std::string& name) {
  struct stat status{};
  if (fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno != ENOENT) fail(errno, name);
  return false;
}

bool is_directory(int parent, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat status{};
  return fstatat(parent, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

struct Contents {
  std::vector<std::string> names;
  std::optional<std::string> subdirectory;  // the first found; reading stopped there
  bool complete = false;
};

using Stream = std::unique_ptr<DIR, CloseStream>;

/// Returns a stream that owns the descriptor.
Stream stream_of(Descriptor directory) {
  Stream stream(fdopendir(directory.get()));
  if (!stream) fail(errno, "cannot read a directory");
  [[maybe_unused]] const int given_away = directory.release();
  return stream;
}

Contents read(Descriptor directory) {
  const Stream stream = stream_of(std::move(directory));
  const int descriptor = dirfd(stream.get());
  Contents contents;
  while (contents.names.size() < FileDirectory::kMaxPage) {
    errno = 0;
    const dirent* entry = readdir(stream.get());
    if (entry == nullptr) {
      if (errno != 0) fail(errno, "cannot read a directory");
      contents.complete = true;
      break;
    }
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (is_directory(descriptor, *entry)) {
      contents.subdirectory = std::move(name);
      break;
    }
    contents.names.push_back(std::move(name));
  }
  return contents;
}

void unlink_at(const Descriptor& parent, const std::string& name, int flags) {
  if (unlinkat(parent.get(), name.c_str(), flags) == 0 || errno == ENOENT) return;
  const bool filled_again = (flags & AT_REMOVEDIR) != 0 && (errno == ENOTEMPTY || errno == EEXIST);
  if (!filled_again) fail(errno, name);  // the next page has what was added meanwhile
}

/// Removes the unfinished uploads that a crash has left in one directory.
void remove_abandoned_in(Descriptor directory) {
  const Stream stream = stream_of(open_inside(directory, "."));
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name.starts_with(UploadFile::kPrefix)) UploadFile::remove_if_abandoned(directory, name);
  }
}

}  // namespace

void FileDirectory::prepare() const {
  std::filesystem::create_directories(root_);
  prove_writable();
}

void FileDirectory::prove_writable() const {
  // No name of a database begins with a dot, so that a file left by a crash before the unlink is not taken
  // for a database.
  std::string name = (root_ / ".check-XXXXXX").string();
  const Descriptor file(mkostemp(name.data(), O_CLOEXEC));
  if (!file.open()) fail(errno, root_.string());
  if (unlink(name.c_str()) != 0) fail(errno, name);
}

std::uint64_t FileDirectory::free_bytes() const {
  return io::free_room(root_);
}

void FileDirectory::make(const std::string& top) const {
  const Descriptor root = open_root(root_);
  if (mkdirat(root.get(), top.c_str(), S_IRWXU) != 0 && errno != EEXIST) fail(errno, top);
  // An existing directory is synced too: an earlier call may have crashed between the two steps.
  if (fsync(root.get()) != 0) fail(errno, root_.string());
}

std::unique_ptr<UploadFile> FileDirectory::begin_upload(const std::string& top) const {
  Descriptor directory = open_inside(open_root(root_), top);
  if (!directory.open()) return nullptr;
  try {
    return std::make_unique<UploadFile>(std::move(directory));
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::no_such_file_or_directory) throw;
  }
  return nullptr;  // the directory was removed meanwhile
}

std::unique_ptr<StoredFile> FileDirectory::open(const std::string& top, const std::string& name) const {
  const Descriptor directory = open_inside(open_root(root_), top);
  if (!directory.open()) return nullptr;
  // O_NONBLOCK, because a FIFO put there by hand must not block the thread.
  Descriptor file(openat(directory.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.open()) return std::make_unique<StoredFile>(std::move(file));
  if (errno != ENOENT) fail(errno, name);
  return nullptr;
}

void FileDirectory::remove_abandoned_uploads() const {
  const Descriptor root = open_root(root_);
  const Stream stream = stream_of(open_inside(root, "."));
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || !is_directory(root.get(), *entry)) continue;
    Descriptor directory = open_inside(root, name);
    if (directory.open()) remove_abandoned_in(std::move(directory));
  }
}

std::optional<DirectoryPage> FileDirectory::next_page(const std::string& top) const {
  const Descriptor root = open_root(root_);
  Descriptor current = open_inside(root, top);
  if (!current.open()) {
    if (!exists(root, top)) return std::nullopt;
    return DirectoryPage{.names = {top}};  // a link or a file: it is removed itself
  }
  DirectoryPage page{.directory = {top}};
  while (true) {
    // A new descriptor, because a copy would share the reading position.
    Contents contents = read(open_inside(current, "."));
    if (!contents.subdirectory) {
      page.names = std::move(contents.names);
      page.complete = contents.complete;
      return page;
    }
    Descriptor below = open_inside(current, *contents.subdirectory);
    if (!below.open()) continue;  // replaced or removed since it was read: look again
    page.directory.push_back(std::move(*contents.subdirectory));
    current = std::move(below);
  }
}

void FileDirectory::remove(const DirectoryPage& page) const {
  Descriptor parent;
  Descriptor current = open_root(root_);
  for (const std::string& name : page.directory) {
    Descriptor below = open_inside(current, name);
    if (!below.open()) return;
    parent = std::move(current);
    current = std::move(below);
  }
  for (const std::string& name : page.names) unlink_at(current, name, 0);
  if (page.complete && parent.open()) unlink_at(parent, page.directory.back(), AT_REMOVEDIR);
}

std::uint64_t FileDirectory::remove_if(const std::string& top,
                                       const std::function<bool(std::string_view name)>& wanted) const {
  const Descriptor directory = open_inside(open_root(root_), top);
  if (!directory.open()) return 0;
  const Stream stream = stream_of(open_inside(directory, "."));
  std::uint64_t removed = 0;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (!wanted(name)) continue;
    unlink_at(directory, name, 0);
    ++removed;
  }
  if (removed > 0 && fsync(directory.get()) != 0) fail(errno, top);
  return removed;
}

std::uint64_t FileDirectory::remove_named(const std::string& top,
                                          const std::vector<std::string>& names) const {
  const Descriptor directory = open_inside(open_root(root_), top);
  if (!directory.open()) return 0;
  std::uint64_t removed = 0;
  for (const std::string& name : names) {
    if (!exists(directory, name)) continue;
    unlink_at(directory, name, 0);
    ++removed;
  }
  // Also if none was there: an earlier call may have crashed before its sync.
  if (fsync(directory.get()) != 0) fail(errno, top);
  return removed;
}

std::vector<std::string> FileDirectory::names_in(const std::string& top) const {
  std::vector<std::string> names;
  const Descriptor directory = open_inside(open_root(root_), top);
  if (!directory.open()) return names;
  const Stream stream = stream_of(open_inside(directory, "."));
  while (const dirent* entry = readdir(stream.get())) names.emplace_back(entry->d_name);
  return names;
}

std::uint64_t FileDirectory::bytes_in(const std::string& top) const {
  const Descriptor directory = open_inside(open_root(root_), top);
  if (!directory.open()) return 0;
  const Stream stream = stream_of(open_inside(directory, "."));
  std::uint64_t bytes = 0;
  while (const dirent* entry = readdir(stream.get())) {
    struct stat status{};
    const bool is_there = fstatat(directory.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (is_there && S_ISREG(status.st_mode)) bytes += static_cast<std::uint64_t>(status.st_size);
  }
  return bytes;
}

void FileDirectory::sync() const {
  const Descriptor root = open_root(root_);
  if (fsync(root.get()) != 0) fail(errno, root_.string());
}

}  // namespace annals::files
