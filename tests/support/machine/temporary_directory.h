#pragma once

#include <linux/magic.h>
#include <sys/vfs.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace annals::support {

/// Creates a directory for one test. The destructor removes it with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "annals-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary directory");
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Returns whether its file system has a disk behind the system's cache.
  [[nodiscard]] bool has_disk() const {
    struct statfs its{};
    if (::statfs(path_.c_str(), &its) != 0) throw std::runtime_error("cannot look at a temporary directory");
    return its.f_type != TMPFS_MAGIC;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace annals::support
