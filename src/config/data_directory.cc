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

#include "io/removed_at_end.h"

namespace annals::config {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

[[noreturn]] void fail(const char* what, const std::filesystem::path& path) {
  throw std::runtime_error(
      fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(errno)));
}

/// Takes over what a call to open `path` has returned.
io::Descriptor opened(int descriptor, const std::filesystem::path& path) {
  if (descriptor < 0) fail("cannot open", path);
  return io::Descriptor(descriptor);
}

/// Makes a file, which a crash leaves either complete or not at all. Returns false, and changes nothing, if
/// there is a file of that name: of several processes that make it at once one does.
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

/// Returns the first line of a key's file.
crypto::Secret read_key(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string key;
  if (!std::getline(file, key) || key.empty()) {
    throw std::runtime_error(
        fmt::format("{} contains no key; remove the file to generate a new key", path.string()));
  }
  return crypto::Secret(std::move(key));
}

}  // namespace

DataDirectory::DataDirectory(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(path_, error);
  if (error)
    throw std::runtime_error(fmt::format("cannot create data.dir {}: {}", path_.string(), error.message()));
  if (made) std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
}

void DataDirectory::lock() {
  const auto path = path_ / "lock";
  auto file = opened(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly), path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) fail("cannot lock", path);
    throw std::runtime_error(fmt::format(
        "another annals process uses data.dir {}; stop it or set another data.dir", path_.string()));
  }
  lock_file_ = std::move(file);
}

DataDirectory::Key DataDirectory::find_or_make_api_key() {
  return find_or_make(api_key());
}

crypto::Secret DataDirectory::find_or_make_file_url_key() {
  return find_or_make(path_ / "file_url_key").key;
}

DataDirectory::Key DataDirectory::find_or_make(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    auto key = crypto::Secret::random();
    if (make_whole(path, key.reveal() + "\n")) return {.key = std::move(key), .made_now = true};
  }
  // Another instance may have made it since: with a remote engine several may share the directory.
  return {.key = read_key(path), .made_now = false};
}

}  // namespace annals::config
