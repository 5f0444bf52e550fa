#include "models/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace annals::models {
namespace {

namespace fs = std::filesystem;

std::atomic<Disk*> watched = nullptr;

std::string path_of(int descriptor) {
  std::array<char, 64> link{};
  std::array<char, 4096> path{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  const ssize_t length = ::readlink(link.data(), path.data(), path.size());
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : "";
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

ino_t inode_of(const fs::path& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

std::vector<fs::path> files_below(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

}  // namespace

Disk::Disk(fs::path directory) : directory_(std::move(directory)) {
  if (watched.exchange(this) != nullptr) throw std::logic_error("there is another Disk");
}

Disk::~Disk() {
  watched = nullptr;
}

std::string Disk::relative(std::string_view path) const {
  return std::string(path.substr(std::min(path.size(), directory_.native().size() + 1)));
}

const Disk::Files& Disk::after(Loss loss) const {
  const std::scoped_lock lock(mutex_);
  const auto found = pictures_.find(loss);
  return found == pictures_.end() ? pictures_.emplace(loss, picture(loss)).first->second : found->second;
}

/// Call with the mutex held.
Disk::Files Disk::picture(Loss loss) const {
  Files files;
  if (loss == Loss::data_and_names) {
    for (const auto& [name, content] : names_) files[name] = *content;
    return files;
  }
  for (const fs::path& file : files_below(directory_)) {
    auto& content = files[relative(file.native())];
    content = loss == Loss::nothing ? content_of(file) : *on_disk_.at(inode_of(file));
  }
  return files;
}

void Disk::restore(const Files& files) {
  for (const fs::path& file : files_below(directory_)) ::unlink(file.c_str());
  for (const auto& [name, content] : files) {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name, std::ios::binary) << content;
  }
  adopt();
}

/// Takes everything that is there as being on the disk.
void Disk::adopt() {
  const std::scoped_lock lock(mutex_);
  on_disk_.clear();
  names_.clear();
  pictures_.clear();
  for (const fs::path& file : files_below(directory_)) {
    const auto content = std::make_shared<std::string>(content_of(file));
    on_disk_[inode_of(file)] = content;
    names_[relative(file.native())] = content;
  }
}

Disk* Disk::of(std::string_view path) {
  Disk* disk = watched;
  return disk != nullptr && path.starts_with(disk->directory_.native()) ? disk : nullptr;
}

Disk* Disk::of(int descriptor) {
  return watched == nullptr ? nullptr : of(path_of(descriptor));
}

void Disk::before(const char* call, std::string_view path) {
  if (hook_) hook_(fmt::format("{} {}", call, relative(path)));
  const std::scoped_lock lock(mutex_);
  pictures_.clear();
}

void Disk::before(const char* call, int descriptor) {
  before(call, path_of(descriptor));
}

void Disk::created(int descriptor) {
  const std::scoped_lock lock(mutex_);
  pictures_.clear();
  on_disk_[inode_of(path_of(descriptor))] = std::make_shared<std::string>();
}

void Disk::synced(int descriptor) {
  const fs::path path = path_of(descriptor);
  const std::scoped_lock lock(mutex_);
  if (!fs::is_directory(path)) {
    *on_disk_.at(inode_of(path)) = content_of(path);
    return;
  }
  const auto is_in_it = [&](const std::string& name) { return (directory_ / name).parent_path() == path; };
  std::erase_if(names_, [&](const auto& entry) { return is_in_it(entry.first); });
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.is_regular_file())
      names_[relative(entry.path().native())] = on_disk_.at(inode_of(entry.path()));
  }
}

namespace {

int sync(const char* call, int descriptor, long number) {
  Disk* disk = Disk::of(descriptor);
  if (disk == nullptr) return static_cast<int>(::syscall(number, descriptor));
  disk->before(call, descriptor);
  disk->synced(descriptor);
  return 0;
}

}  // namespace
}  // namespace annals::models

// What follows takes the place of the C library's functions.

using annals::models::Disk;

/// The raw material of the journal's next segment is made by another thread while the journal goes on. It
/// would be there in time or not, so it cannot be made here, and the journal makes it when it needs it.
extern "C" int open(const char* path, int flags, ...) {
  constexpr std::string_view kSpare = "/spare";
  if (std::string_view(path).ends_with(kSpare) && Disk::of(std::string_view(path)) != nullptr) {
    errno = ENOSPC;
    return -1;
  }
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    std::va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  Disk* disk = (flags & O_CREAT) != 0 ? Disk::of(std::string_view(path)) : nullptr;
  const bool is_new = disk != nullptr && ::access(path, F_OK) != 0;
  const auto descriptor = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  if (is_new && descriptor >= 0) disk->created(descriptor);
  return descriptor;
}

extern "C" ssize_t pwrite(int descriptor, const void* data, std::size_t bytes, off_t at) {
  if (Disk* disk = Disk::of(descriptor)) disk->before("write", descriptor);
  return ::syscall(SYS_pwrite64, descriptor, data, bytes, at);
}

extern "C" ssize_t pwrite64(int descriptor, const void* data, std::size_t bytes, off_t at) {
  return ::pwrite(descriptor, data, bytes, at);
}

extern "C" int fdatasync(int descriptor) {
  return annals::models::sync("sync", descriptor, SYS_fdatasync);
}

extern "C" int fsync(int descriptor) {
  return annals::models::sync("sync", descriptor, SYS_fsync);
}

extern "C" int rename(const char* from, const char* to) {
  if (Disk* disk = Disk::of(std::string_view(to))) disk->before("rename to", to);
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

extern "C" int remove(const char* path) {
  if (Disk* disk = Disk::of(std::string_view(path))) disk->before("remove", path);
  if (::syscall(SYS_unlinkat, AT_FDCWD, path, 0) == 0) return 0;
  if (errno != EISDIR) return -1;
  return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}
