#include "config/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace annals::config {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

/// Owns a file descriptor.
class File {
 public:
  File(const std::filesystem::path& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, kOwnerOnly)) {
    if (descriptor_ < 0) fail("cannot open", path);
  }
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

  [[noreturn]] static void fail(const char* what, const std::filesystem::path& path) {
    throw std::runtime_error(
        fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(errno)));
  }

 private:
  int descriptor_;
};

/// Writes a file. A crash leaves either no file of that name or the complete one.
void write_whole(const std::filesystem::path& path, const std::string& content) {
  const std::filesystem::path unfinished = path.string() + ".new";
  {
    const File file(unfinished, O_WRONLY | O_CREAT | O_TRUNC);
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written != static_cast<ssize_t>(content.size()) || ::fsync(file.get()) != 0)
      File::fail("cannot write", unfinished);
  }
  std::filesystem::rename(unfinished, path);
  const File directory(path.parent_path(), O_RDONLY | O_DIRECTORY);
  if (::fsync(directory.get()) != 0) File::fail("cannot sync", path.parent_path());
}

}  // namespace

DataDirectory::DataDirectory(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(path_, error);
  if (error)
    throw std::runtime_error(fmt::format("cannot create data.dir {}: {}", path_.string(), error.message()));
  if (made) std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
}

DataDirectory::~DataDirectory() {
  if (lock_file_ >= 0) ::close(lock_file_);
}

void DataDirectory::lock() {
  File file(path_ / "lock", O_RDWR | O_CREAT);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) File::fail("cannot lock", path_ / "lock");
    throw std::runtime_error(fmt::format(
        "another annals process uses data.dir {}; stop it or set another data.dir", path_.string()));
  }
  lock_file_ = file.release();
}

DataDirectory::Key DataDirectory::find_or_make_api_key() {
  return find_or_make(api_key());
}

crypto::Secret DataDirectory::find_or_make_file_url_key() {
  return find_or_make(path_ / "file_url_key").key;
}

DataDirectory::Key DataDirectory::find_or_make(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) {
    std::ifstream file(path);
    std::string key;
    if (!std::getline(file, key) || key.empty()) {
      throw std::runtime_error(
          fmt::format("{} contains no key; remove the file to generate a new key", path.string()));
    }
    return {.key = crypto::Secret(std::move(key)), .made_now = false};
  }
  auto key = crypto::Secret::random();
  write_whole(path, key.reveal() + "\n");
  return {.key = std::move(key), .made_now = true};
}

}  // namespace annals::config
