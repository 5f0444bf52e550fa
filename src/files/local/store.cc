#include "files/local/store.h"

#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace annals::files {
namespace {

constexpr std::size_t kThreads = 4;
constexpr std::size_t kMaxWaiting = 256;

std::vector<std::unique_ptr<FileDirectory>> directories(const std::filesystem::path& root) {
  std::vector<std::unique_ptr<FileDirectory>> result;
  result.reserve(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i) result.push_back(std::make_unique<FileDirectory>(root));
  return result;
}

/// Wraps blocking work so that its failures are those of the file store.
template <class Work>
auto as_file_store(Work work) {
  return [work = std::move(work)](FileDirectory& directory) {
    try {
      return work(directory);
    } catch (const std::system_error& error) {
      throw FileStoreError(fmt::format("local file store: {}", error.what()));
    }
  };
}

}  // namespace

LocalFileStore::LocalFileStore(const std::filesystem::path& root, FileLinks links)
    : links_(std::move(links)), pool_(directories(root), kMaxWaiting) {}

boost::asio::awaitable<void> LocalFileStore::prepare(DatabaseName database) {
  auto make = [name = database.text()](FileDirectory& directory) { directory.make(name); };
  co_await pool_.run(as_file_store(std::move(make)));
}

std::string LocalFileStore::presign_upload(const DatabaseName& database, FileId file,
                                           std::chrono::seconds expires, Time now) const {
  return links_.make("PUT", database, file, expires, now);
}

std::string LocalFileStore::presign_download(const DatabaseName& database, FileId file,
                                             std::chrono::seconds expires, Time now) const {
  return links_.make("GET", database, file, expires, now);
}

boost::asio::awaitable<std::optional<FileInfo>> LocalFileStore::find(DatabaseName database, FileId file) {
  const auto found = co_await open(std::move(database), file);
  if (!found) co_return std::nullopt;
  co_return FileInfo{.size = found->size(), .content_type = found->head().content_type};
}

boost::asio::awaitable<std::shared_ptr<UploadFile>> LocalFileStore::begin_upload(DatabaseName database) {
  auto begin = [name = database.text()](FileDirectory& directory) {
    return std::shared_ptr<UploadFile>(directory.begin_upload(name));
  };
  auto upload = co_await pool_.run(as_file_store(std::move(begin)));
  co_return upload;
}

boost::asio::awaitable<void> LocalFileStore::write(std::shared_ptr<UploadFile> upload, std::string part) {
  auto write = [upload = std::move(upload), part = std::move(part)](FileDirectory& /*directory*/) {
    upload->write(part);
  };
  co_await pool_.run(as_file_store(std::move(write)));
}

boost::asio::awaitable<std::optional<FileHead>> LocalFileStore::commit(std::shared_ptr<UploadFile> upload,
                                                                       FileId file,
                                                                       std::string content_type) {
  auto commit = [upload = std::move(upload), name = file.text(), type = std::move(content_type)](
                    FileDirectory& /*directory*/) { return upload->commit(name, type); };
  auto head = co_await pool_.run(as_file_store(std::move(commit)));
  co_return head;
}

boost::asio::awaitable<void> LocalFileStore::abandon(std::shared_ptr<UploadFile> upload) {
  auto abandon = [upload](FileDirectory& /*directory*/) { upload->abandon(); };
  try {
    co_await pool_.run(std::move(abandon));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
    // The queue of the threads is full. The destructor then removes the file, on this thread.
  }
}

boost::asio::awaitable<std::shared_ptr<const StoredFile>> LocalFileStore::open(DatabaseName database,
                                                                               FileId file) {
  auto open = [top = database.text(), name = file.text()](FileDirectory& directory) {
    return std::shared_ptr<const StoredFile>(directory.open(top, name));
  };
  auto found = co_await pool_.run(as_file_store(std::move(open)));
  co_return found;
}

boost::asio::awaitable<std::string> LocalFileStore::read(std::shared_ptr<const StoredFile> file,
                                                         std::uint64_t offset, std::size_t size) {
  auto read = [file = std::move(file), offset, size](FileDirectory& /*directory*/) {
    return file->read(offset, size);
  };
  auto part = co_await pool_.run(as_file_store(std::move(read)));
  co_return part;
}

boost::asio::awaitable<RemovedFiles> LocalFileStore::remove_all(DatabaseName database,
                                                                BeforePage before_page) {
  RemovedFiles removed;
  while (true) {
    auto find = [name = database.text()](FileDirectory& directory) { return directory.next_page(name); };
    std::optional<DirectoryPage> page = co_await pool_.run(as_file_store(std::move(find)));
    if (!page) break;
    co_await before_page();
    removed.objects += page->names.size();
    auto remove = [page = std::move(*page)](FileDirectory& directory) { directory.remove(page); };
    co_await pool_.run(as_file_store(std::move(remove)));
  }
  // Syncs even if nothing was found: an earlier call may have crashed between the last removal and its sync.
  auto sync = [](FileDirectory& directory) { directory.sync(); };
  co_await pool_.run(as_file_store(sync));
  co_return removed;
}

boost::asio::awaitable<void> LocalFileStore::check() {
  auto prepare = [](FileDirectory& directory) {
    directory.prepare();
    directory.remove_abandoned_uploads();
  };
  co_await pool_.run(as_file_store(prepare));
}

}  // namespace annals::files
