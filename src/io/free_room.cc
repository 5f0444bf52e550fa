#include "io/free_room.h"

#include <sys/statvfs.h>

#include <cerrno>

#include "io/descriptor.h"

namespace annals::io {

std::uint64_t free_room(const std::filesystem::path& path) {
  struct statvfs room = {};
  if (::statvfs(path.c_str(), &room) != 0) fail(errno, path.string());
  const bool counts_files = room.f_files != 0;  // btrfs does not
  if (counts_files && room.f_favail == 0) return 0;
  return std::uint64_t{room.f_bavail} * room.f_frsize;
}

bool is_lack_of_room(const std::error_code& code) {
  return code == std::errc::no_space_on_device || code == std::errc::file_too_large || code.value() == EDQUOT;
}

}  // namespace annals::io
