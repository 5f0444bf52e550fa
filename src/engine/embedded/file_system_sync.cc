#include "engine/embedded/file_system_sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace annals::engine {

FileSystemSync::FileSystemSync(const std::filesystem::path& directory)
    : directory_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (directory_ < 0) throw std::system_error(errno, std::generic_category(), directory.string());
}

FileSystemSync::~FileSystemSync() {
  ::close(directory_);
}

void FileSystemSync::run() {
  int none = 0;
  if (::syncfs(directory_) != 0) error_.compare_exchange_strong(none, errno);
  const int error = error_;
  if (error != 0)
    throw std::system_error(error, std::generic_category(), "a write to the disk failed; syncfs");
}

}  // namespace annals::engine
