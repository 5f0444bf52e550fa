#include "engine/embedded/file_system_sync.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/embedded/failed_sync.h"

namespace annals::engine {
namespace {

dev_t file_system_of(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) io::fail(errno, path.string());
  return status.st_dev;
}

/// Looks at what lies directly in the directory, where people mount or link something to another disk.
void check_one_file_system(const std::filesystem::path& directory) {
  const dev_t ours = file_system_of(directory);
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (!entry.is_directory() || file_system_of(entry.path()) == ours) continue;
    throw std::runtime_error(
        fmt::format("{} lies on another file system than {}, so that events could not be made durable; move "
                    "the whole directory instead (data.dir)",
                    entry.path().string(), directory.string()));
  }
}

}  // namespace

FileSystemSync::FileSystemSync(const std::filesystem::path& directory) : path_(directory) {
  check_one_file_system(directory);
  directory_ = io::Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory_.open()) io::fail(errno, directory.string());
}

void FileSystemSync::run() {
  int none = 0;
  if (::syncfs(directory_.get()) != 0 && error_.compare_exchange_strong(none, errno)) note_failed_sync(path_);
  const int error = error_;
  if (error != 0) io::fail(error, "a write to the disk failed; syncfs");
}

}  // namespace annals::engine
