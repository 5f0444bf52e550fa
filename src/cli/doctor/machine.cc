#include "cli/doctor/machine.h"

#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "cli/terminal/progress.h"
#include "config/machine_memory.h"
#include "derived_limits.h"
#include "engine/kept_free.h"
#include "io/descriptor_limit.h"
#include "io/free_room.h"

namespace annals::cli {
namespace {

namespace fs = std::filesystem;
using enum Finding::Result;

std::string bytes_text(std::uint64_t bytes) {
  return size_text(static_cast<double>(bytes));
}

std::string message(int error) {
  return std::generic_category().message(error);
}

std::optional<struct stat> status_of(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

/// Returns the path, or what is there of the way to it.
fs::path nearest_there(fs::path path) {
  std::error_code error;
  while (!fs::exists(path, error) && path.has_parent_path() && path != path.root_path())
    path = path.parent_path();
  return path;
}

void examine_missing(const fs::path& path, Findings& findings) {
  const fs::path parent = nearest_there(path);
  if (::access(parent.c_str(), W_OK | X_OK) == 0) {
    findings.push_back({"data.dir", good, fmt::format("{} is made at the first start", path.string())});
    return;
  }
  findings.push_back({"data.dir", problem,
                      fmt::format("{} is not there and cannot be made in {}: {}", path.string(),
                                  parent.string(), message(errno)),
                      fmt::format("install -d -m 700 -o <user of the service> {}", path.string())});
}

/// Returns whether another process has the directory locked. Trying the lock would refuse a service that
/// starts in the same moment, so the kernel's list of locks is read instead.
bool is_in_use(const fs::path& path) {
  const auto lock = status_of(path / "lock");
  if (!lock) return false;
  const std::string inode = fmt::format(":{} ", lock->st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    if (line.contains(" FLOCK ") && line.contains(inode)) return true;
  }
  return false;
}

/// Looks for files and directories that others can read.
void examine_permissions(const fs::path& path, Findings& findings) {
  constexpr mode_t kOthers = S_IRWXO;
  bool any = false;
  for (const char* name : {"", "api_key", "file_url_key", "engine", "journal", "files"}) {
    const fs::path file = *name == '\0' ? path : path / name;
    const auto status = status_of(file);
    const mode_t open_to_others = *name == '\0' ? S_IWOTH : kOthers;
    if (!status || (status->st_mode & open_to_others) == 0) continue;
    any = true;
    findings.push_back({"permissions", warning,
                        fmt::format("every user of this machine can reach {} (mode {:o})", file.string(),
                                    status->st_mode & ALLPERMS),
                        fmt::format("chmod o-rwx {}", file.string())});
  }
  if (!any) findings.push_back({"permissions", good, "other users cannot reach what is in data.dir"});
}

}  // namespace

void examine_limits(const config::Config& config, Findings& findings) {
  const std::uint64_t files = io::raise_descriptor_limit();
  const std::string text = fmt::format("{} files may be open", files);
  const std::string repair = "LimitNOFILE=65536 in the unit, or ulimit -n 65536";
  if (files >= kAmpleOpenFiles) {
    findings.push_back({"limits", good, text});
  } else {
    findings.push_back({"limits", files < kFewestOpenFiles ? problem : warning, text, repair});
  }
  const std::uint64_t memory = config::machine_memory();
  const bool is_embedded = config.engine.kind == config::EngineKind::embedded;
  if (!is_embedded || config.engine.max_memory_bytes <= memory) {
    findings.push_back({"limits", good, fmt::format("{} of memory may be used", bytes_text(memory))});
    return;
  }
  findings.push_back({"limits", warning,
                      fmt::format("the engine may take {}, and there are {} of memory",
                                  bytes_text(config.engine.max_memory_bytes), bytes_text(memory)),
                      "lower engine.max_memory_bytes, or give the machine or container more memory"});
}

void examine_data_directory(const config::Config& config, Findings& findings) {
  const fs::path path = fs::absolute(config.data.dir);
  const auto status = status_of(path);
  if (!status) {
    examine_missing(path, findings);
    return;
  }
  if (!S_ISDIR(status->st_mode)) {
    findings.push_back({"data.dir", problem, path.string() + " is no directory", "set another data.dir"});
    return;
  }
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    findings.push_back({"data.dir", problem,
                        fmt::format("{} belongs to the user with id {}, and this is the one with id {}",
                                    path.string(), status->st_uid, ::geteuid()),
                        "run annals doctor as the user of the service, or set another data.dir"});
    return;
  }
  findings.push_back(
      {"data.dir", good,
       path.string() + (is_in_use(path) ? ", in use by a running service" : ", in use by nobody")});
  examine_permissions(path, findings);
}

void examine_disk(const config::Config& config, Findings& findings) {
  constexpr std::uint64_t kLittle = 8;  // times what is kept free
  const fs::path path = nearest_there(fs::absolute(config.data.dir));
  const bool has_events = config.engine.kind == config::EngineKind::embedded;
  const bool has_files = config.files.kind == config::FilesKind::local;
  const std::uint64_t kept =
      std::max(has_events ? engine::kFreeForEvents : 0, has_files ? config.files.min_free_bytes : 0);
  std::uint64_t free = 0;
  try {
    free = io::free_room(path);
  } catch (const std::system_error& error) {
    findings.push_back({"disk", skipped, error.what()});
    return;
  }
  const std::string text =
      fmt::format("{} are free at {}; {} are kept free", bytes_text(free), path.string(), bytes_text(kept));
  const std::string repair = "free room, or move data.dir to a larger disk while the service is stopped";
  if (free < kept) {
    findings.push_back({"disk", problem, text + ", so events or uploads are refused", repair});
  } else if (free < kept * kLittle) {
    findings.push_back({"disk", warning, text, repair});
  } else {
    findings.push_back({"disk", good, text});
  }
}

void examine_clock(Findings& findings) {
  struct timex clock{};
  const int state = ::adjtimex(&clock);  // changes nothing without modes
  if (state < 0) {
    findings.push_back({"clock", skipped, "the system does not tell: " + message(errno)});
  } else if (state == TIME_ERROR || (static_cast<unsigned>(clock.status) & STA_UNSYNC) != 0) {
    findings.push_back({"clock", warning,
                        "the system's clock is not synchronised; S3 refuses one that is wrong, and "
                        "links and tokens end by it",
                        "systemctl enable --now systemd-timesyncd, or chrony; in a container see its host"});
  } else {
    findings.push_back({"clock", good, "the system's clock is synchronised"});
  }
}

}  // namespace annals::cli
