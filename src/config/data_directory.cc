#include "config/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "config/format_stamp.h"

namespace annals::config {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
constexpr uid_t kRoot = 0;

std::string reason(int error) {
  return std::generic_category().message(error);
}

struct stat status_of(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0)
    throw std::runtime_error(fmt::format("cannot open {}: {}", path.string(), reason(errno)));
  return status;
}

/// Tells what to do about a directory that this user cannot use.
std::string foreign(const std::filesystem::path& path) {
  const auto status = status_of(path);
  return fmt::format(
      "annals runs as the user with id {0} and cannot use data.dir {1}, which belongs to the user with id "
      "{2} "
      "(mode {3:o}); run it as that user, give the directory to this one (chown -R {0} '{1}') or set another "
      "data.dir",
      ::geteuid(), path.string(), status.st_uid, status.st_mode & ALLPERMS);
}

}  // namespace

DataDirectory::DataDirectory(const std::filesystem::path& path, Use use)
    : path_(std::filesystem::absolute(path)) {
  std::error_code error;
  made_now_ = std::filesystem::create_directories(path_, error);
  if (error)
    throw std::runtime_error(fmt::format("cannot create data.dir {}: {} (annals runs as the user with id {})",
                                         path_.string(), error.message(), ::geteuid()));
  if (made_now_) std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  check_owner();
  lock(use);
  check_data_format(path_);
  close_to_others(path_, S_IWOTH);
  for (const auto& directory : {engine(), journal(), files()}) {
    if (std::filesystem::is_directory(directory)) close_to_others(directory, S_IRWXG | S_IRWXO);
  }
}

/// The owner of the directory can replace everything in it. Root can anyway, and a volume of a container
/// often belongs to root and is writable for a group.
void DataDirectory::check_owner() const {
  const uid_t owner = status_of(path_).st_uid;
  const uid_t self = ::geteuid();
  if (owner != self && owner != kRoot && self != kRoot) throw std::runtime_error(foreign(path_));
}

void DataDirectory::lock(Use use) {
  const auto path = path_ / "lock";
  io::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
  if (!file.open() && errno == EACCES) throw std::runtime_error(foreign(path_));
  if (!file.open()) throw std::runtime_error(fmt::format("cannot open {}: {}", path.string(), reason(errno)));
  if (::flock(file.get(), (use == Use::alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      throw std::runtime_error(fmt::format("cannot lock {}: {}", path.string(), reason(errno)));
    throw std::runtime_error(fmt::format(
        "another annals process uses data.dir {}; stop it or set another data.dir", path_.string()));
  }
  lock_file_ = std::move(file);
}

/// Takes those bits of `mode` from a directory that group or others have no business with.
void DataDirectory::close_to_others(const std::filesystem::path& directory, unsigned mode) {
  const auto status = status_of(directory);
  if ((status.st_mode & mode) == 0) return;
  if (::chmod(directory.c_str(), status.st_mode & ALLPERMS & ~mode) == 0) return;
  if ((status.st_mode & mode & S_IRWXO) == 0) return;  // a group was chosen by whoever made the directory
  warnings_.push_back(fmt::format("every user of this machine can reach {} (mode {:o}): {}",
                                  directory.string(), status.st_mode & ALLPERMS, reason(errno)));
}

KeyFile DataDirectory::find_or_make_key(const std::filesystem::path& path) {
  auto found = find_or_make(path);
  if (found.is_public)
    warnings_.push_back(
        fmt::format("every user of this machine can read {}; run chmod 600 on it and, if "
                    "somebody may have, replace the key",
                    path.string()));
  return found;
}

}  // namespace annals::config
