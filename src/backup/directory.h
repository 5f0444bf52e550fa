#pragma once

#include <filesystem>

#include "backup/destination.h"
#include "io/blocking_pool.h"

namespace annals::backup {

/// Keeps backups in a directory, each blob in a file of its own. Only the owner can read what is made. Its
/// calls run on its own threads. This object must outlive its calls.
class DirectoryDestination final : public Destination {
 public:
  /// `root` is made with the first blob. A blob with content is refused with Error(file_store_full) unless
  /// `min_free_bytes` stay free.
  DirectoryDestination(const std::filesystem::path& root, std::uint64_t min_free_bytes);

  boost::asio::awaitable<void> put(std::string name, std::string content) override;
  boost::asio::awaitable<std::optional<std::string>> get(std::string name) override;
  boost::asio::awaitable<std::vector<std::string>> list(std::string folder) override;
  boost::asio::awaitable<void> remove(std::string name) override;

 private:
  const std::filesystem::path root_;
  const std::uint64_t min_free_bytes_;
  io::SideThreads threads_;  // last, because they use the rest
};

}  // namespace annals::backup
