#include "files/local/store.h"

#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "files/file_ids.h"
#include "io/free_room.h"
#include "io/settled.h"

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
      const std::string message = fmt::format("local file store: {}", error.what());
      if (io::is_lack_of_room(error.code())) throw FileStoreFull(message);
      throw FileStoreError(message);
    }
  };
}

/// Reads a file through the threads of the store.
class LocalContent final : public FileContent {
 public:
  LocalContent(LocalFileStore& store, std::shared_ptr<const StoredFile> file)
      : store_(store), file_(std::move(file)) {}

  [[nodiscard]] std::uint64_t size() const override { return file_->size(); }
  [[nodiscard]] FileHeaders headers() const override {
    const FileMetadata& metadata = file_->head().metadata;
    return {.content_type = metadata.content_type,
            .content_encoding = metadata.content_encoding,
            .content_disposition = metadata.content_disposition};
  }
  [[nodiscard]] std::string version() const override { return file_->head().sha256; }
  boost::asio::awaitable<std::string> read(std::uint64_t offset, std::size_t size) override {
    return store_.read(file_, offset, size);
  }

 private:
  LocalFileStore& store_;
  std::shared_ptr<const StoredFile> file_;
};

/// Throws FileStoreFull if too little room is left on the disk.
void check_room(std::uint64_t free, std::uint64_t least) {
  if (free >= least) return;
  throw FileStoreFull(
      fmt::format("local file store: {} bytes are free on the disk, fewer than files.min_free_bytes", free));
}

}  // namespace

LocalFileStore::LocalFileStore(const std::filesystem::path& root, FileLinks links,
                               std::uint64_t min_free_bytes)
    : links_(std::move(links)), min_free_bytes_(min_free_bytes), pool_(directories(root), kMaxWaiting) {}

boost::asio::awaitable<void> LocalFileStore::prepare(DatabaseName database) {
  auto make = [name = database.text()](FileDirectory& directory) { directory.make(name); };
  co_await pool_.run(as_file_store(std::move(make)));
}

std::string LocalFileStore::presign_upload(const TenantFile& file, const UploadTerms& terms, Time now) const {
  return links_.make("PUT", file, terms, now);
}

RequestHeaders LocalFileStore::upload_headers(const UploadTerms& /*terms*/) const {
  return {};
}

std::string LocalFileStore::presign_download(const TenantFile& file, std::chrono::seconds expires,
                                             Time now) const {
  return links_.make("GET", file, {.expires = expires}, now);
}

boost::asio::awaitable<std::optional<FileInfo>> LocalFileStore::find(TenantFile file) {
  const auto found = co_await open(std::move(file.database), file.id);
  if (!found) co_return std::nullopt;
  co_return FileInfo{.size = found->size(), .content_type = found->head().metadata.content_type};
}

boost::asio::awaitable<std::shared_ptr<UploadFile>> LocalFileStore::begin_upload(DatabaseName database) {
  auto begin = [name = database.text(), least = min_free_bytes_](FileDirectory& directory) {
    auto upload = std::shared_ptr<UploadFile>(directory.begin_upload(name));
    if (upload) check_room(upload->free_bytes(), least);
    return upload;
  };
  auto upload = co_await pool_.run(as_file_store(std::move(begin)));
  co_return upload;
}

boost::asio::awaitable<void> LocalFileStore::write(std::shared_ptr<UploadFile> upload, std::string part) {
  auto write = [upload = std::move(upload), part = std::move(part),
                least = min_free_bytes_](FileDirectory& /*directory*/) {
    check_room(upload->free_bytes(), least);
    upload->write(part);
  };
  co_await pool_.run(as_file_store(std::move(write)));
}

boost::asio::awaitable<FileHead> LocalFileStore::finish(std::shared_ptr<UploadFile> upload,
                                                        FileMetadata metadata) {
  auto finish = [upload = std::move(upload), metadata = std::move(metadata)](FileDirectory& /*directory*/) {
    return upload->finish(metadata);
  };
  auto head = co_await pool_.run(as_file_store(std::move(finish)));
  co_return head;
}

boost::asio::awaitable<UploadFile::Published> LocalFileStore::publish(
    std::shared_ptr<UploadFile> upload, FileId file, std::shared_ptr<const StoredFile> seen) {
  auto publish = [this, upload = std::move(upload), name = file.text(),
                  seen = std::move(seen)](FileDirectory& /*directory*/) {
    auto published = UploadFile::Published::removed;
    {
      const std::scoped_lock lock(publishing_);
      published = upload->publish(name, seen.get());
    }
    if (published == UploadFile::Published::done) upload->sync_name();
    return published;
  };
  const auto published = co_await pool_.run(as_file_store(std::move(publish)));
  co_return published;
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

boost::asio::awaitable<std::optional<FileDigest>> LocalFileStore::seal(TenantFile file) {
  auto seal = [this, top = file.database.text(), name = file.id.text()](FileDirectory& directory) {
    const std::scoped_lock lock(publishing_);
    const auto found = directory.open(top, name);
    if (!found) return std::optional<FileDigest>();
    found->seal();
    return std::optional(FileDigest{.size = found->size(), .sha256 = found->head().sha256});
  };
  auto digest = co_await pool_.run(as_file_store(std::move(seal)));
  co_return digest;
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

boost::asio::awaitable<RemovedFiles> LocalFileStore::remove_of(ClientId owner, DatabaseName database,
                                                               BeforePage before_page) {
  co_await before_page();
  auto remove = [owner, name = database.text()](FileDirectory& directory) {
    return directory.remove_if(name, [owner](std::string_view file_name) {
      const auto file = FileId::parse(file_name);
      return file && bears_tag_of(*file, owner);
    });
  };
  const auto removed = co_await pool_.run(as_file_store(std::move(remove)));
  co_return RemovedFiles{.objects = removed};
}

boost::asio::awaitable<RemovedFiles> LocalFileStore::remove_files(DatabaseName database,
                                                                  std::vector<FileId> files,
                                                                  BeforePage before_page) {
  co_await before_page();
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const FileId& file : files) names.push_back(file.text());
  auto remove = [top = database.text(), names = std::move(names)](FileDirectory& directory) {
    return directory.remove_named(top, names);
  };
  const auto removed = co_await pool_.run(as_file_store(std::move(remove)));
  co_return RemovedFiles{.objects = removed};
}

boost::asio::awaitable<std::vector<FileId>> LocalFileStore::list(DatabaseName database) {
  auto names = [top = database.text()](FileDirectory& directory) { return directory.names_in(top); };
  const auto found = co_await pool_.run(as_file_store(std::move(names)));
  std::vector<FileId> files;
  for (const std::string& name : found) {
    const auto file = FileId::parse(name);
    if (file && file->text() == name) files.push_back(*file);
  }
  co_return files;
}

boost::asio::awaitable<std::unique_ptr<FileContent>> LocalFileStore::open_content(TenantFile file) {
  auto found = co_await open(std::move(file.database), file.id);
  if (!found) co_return nullptr;
  co_return std::make_unique<LocalContent>(*this, std::move(found));
}

boost::asio::awaitable<void> LocalFileStore::put(TenantFile file, FileHeaders headers, std::uint64_t /*size*/,
                                                 NextPart next) {
  auto upload = co_await begin_upload(file.database);
  if (!upload) throw FileStoreError("local file store: the directory of the database is not prepared");
  auto written =
      co_await io::settled(write_all(upload, std::move(file), std::move(headers), std::move(next)));
  if (!written) co_await abandon(std::move(upload));
  io::result_of(std::move(written));
}

boost::asio::awaitable<void> LocalFileStore::write_all(std::shared_ptr<UploadFile> upload, TenantFile file,
                                                       FileHeaders headers, NextPart next) {
  while (auto part = co_await next()) co_await write(upload, *std::move(part));
  co_await finish(upload, kept_metadata({.content_type = std::move(headers.content_type),
                                         .content_encoding = std::move(headers.content_encoding),
                                         .content_disposition = std::move(headers.content_disposition)}));
  const auto published = co_await publish(upload, file.id, nullptr);
  if (published == UploadFile::Published::done) co_return;
  throw FileStoreError("local file store: a file of that name exists, or its directory has gone");
}

boost::asio::awaitable<std::uint64_t> LocalFileStore::stored_bytes(DatabaseName database) {
  auto count = [name = database.text()](FileDirectory& directory) { return directory.bytes_in(name); };
  const auto bytes = co_await pool_.run(as_file_store(std::move(count)));
  co_return bytes;
}

boost::asio::awaitable<void> LocalFileStore::check() {
  auto prepare = [](FileDirectory& directory) {
    directory.prepare();
    directory.remove_abandoned_uploads();
  };
  co_await pool_.run(as_file_store(prepare));
}

boost::asio::awaitable<void> LocalFileStore::probe() {
  auto look = [least = min_free_bytes_](FileDirectory& directory) {
    directory.prove_writable();
    check_room(directory.free_bytes(), least);
  };
  co_await pool_.run(as_file_store(std::move(look)));
}

}  // namespace annals::files
