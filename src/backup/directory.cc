#include "backup/directory.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "error.h"
#include "io/durable_file.h"
#include "io/free_room.h"

namespace annals::backup {
namespace {

namespace fs = std::filesystem;
using boost::asio::awaitable;

constexpr std::size_t kThreads = 2;
constexpr std::size_t kMaxWaiting = 64;

Error unavailable(const std::string& message) {
  return {ErrorCode::file_store_unavailable, "Backup destination is unavailable.",
          fmt::format("backup.directory: {}", message)};
}

Error full(const std::string& message) {
  return {ErrorCode::file_store_full, "Backup destination has no room.",
          fmt::format("backup.directory: {}", message)};
}

/// Wraps blocking work so that its failures are those of the destination.
template <class Work>
auto as_destination(Work work) {
  return [work = std::move(work)]() {
    try {
      return work();
    } catch (const std::system_error& error) {
      if (io::is_lack_of_room(error.code())) throw full(error.what());
      throw unavailable(error.what());
    }
  };
}

/// Creates a directory and those above it for their owner only, and durably.
void make_directories(const fs::path& directory) {
  if (directory.empty() || fs::is_directory(directory)) return;
  make_directories(directory.parent_path());
  if (!fs::create_directory(directory)) return;
  fs::permissions(directory, fs::perms::owner_all);
  io::sync_directory(directory.parent_path());
}

void check_room(const fs::path& directory, std::uint64_t size, std::uint64_t least) {
  const std::uint64_t free = io::free_room(directory);
  if (free >= size + least) return;
  throw full(fmt::format("{} bytes are free, and {} must stay free", free, least));
}

void write(const fs::path& root, const std::string& name, const std::string& content, std::uint64_t least) {
  const fs::path path = root / name;
  make_directories(path.parent_path());
  // A blob without content is a mark. It takes no room, and may be what makes room.
  if (!content.empty()) check_room(path.parent_path(), content.size(), least);
  // Most names are new. Whoever replaces a file leaves another beside it if it is killed.
  if (!io::make_durably(path, content)) io::replace_durably(path, content);
}

std::optional<std::string> read(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (!error && size > Destination::kMaxBlob) return std::string();  // not what put() wrote: no digest fits
  return io::read_if_there(path);
}

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  if (!fs::is_directory(directory)) return names;
  for (const auto& entry : fs::directory_iterator(directory))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

/// Removes what has that name. It does not come back with a power cut: a manifest goes before what it names.
void remove_durably(const fs::path& path) {
  if (fs::remove_all(path) > 0) io::sync_directory(path.parent_path());
}

}  // namespace

DirectoryDestination::DirectoryDestination(const fs::path& root, std::uint64_t min_free_bytes)
    : root_(fs::absolute(root)), min_free_bytes_(min_free_bytes), threads_(kThreads, kMaxWaiting) {}

awaitable<void> DirectoryDestination::put(std::string name, std::string content) {
  co_await threads_.run(as_destination([this, name = std::move(name), content = std::move(content)] {
    write(root_, name, content, min_free_bytes_);
  }));
}

awaitable<std::optional<std::string>> DirectoryDestination::get(std::string name) {
  auto content = co_await threads_.run(as_destination([path = root_ / name] { return read(path); }));
  co_return content;
}

awaitable<std::vector<std::string>> DirectoryDestination::list(std::string folder) {
  auto names = co_await threads_.run(as_destination([path = root_ / folder] { return names_in(path); }));
  co_return names;
}

awaitable<void> DirectoryDestination::remove(std::string name) {
  co_await threads_.run(as_destination([path = root_ / name] { remove_durably(path); }));
}

}  // namespace annals::backup
