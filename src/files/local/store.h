#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "files/file_store.h"
#include "files/local/directory.h"
#include "files/local/links.h"
#include "io/blocking_pool.h"

namespace annals::files {

/// Stores attached files in a directory of this machine: `<root>/<database>/<file_id>`. Its URLs lead back to
/// this service (api::LocalFiles). The blocking work runs on the store's own threads. Thread-safe. This
/// object must outlive its calls.
class LocalFileStore : public FileStore {
 public:
  /// `root` is created by check(); until then every call that needs it fails. Uploads are refused while fewer
  /// than `min_free_bytes` are free on the disk.
  LocalFileStore(const std::filesystem::path& root, FileLinks links, std::uint64_t min_free_bytes = 0);

  boost::asio::awaitable<void> prepare(DatabaseName database) override;
  [[nodiscard]] std::string presign_upload(const TenantFile& file, const UploadTerms& terms,
                                           Time now) const override;
  /// Returns nothing: the link says it all.
  [[nodiscard]] RequestHeaders upload_headers(const UploadTerms& terms) const override;
  [[nodiscard]] std::string presign_download(const TenantFile& file, std::chrono::seconds expires,
                                             Time now) const override;
  boost::asio::awaitable<std::optional<FileInfo>> find(TenantFile file) override;
  /// Takes the right to write from the file on the disk, which publish() respects.
  boost::asio::awaitable<std::optional<FileDigest>> seal(TenantFile file) override;
  boost::asio::awaitable<RemovedFiles> remove_all(DatabaseName database, BeforePage before_page) override;
  boost::asio::awaitable<RemovedFiles> remove_of(ClientId owner, DatabaseName database,
                                                 BeforePage before_page) override;
  boost::asio::awaitable<RemovedFiles> remove_files(DatabaseName database, std::vector<FileId> files,
                                                    BeforePage before_page) override;
  boost::asio::awaitable<std::vector<FileId>> list(DatabaseName database) override;
  boost::asio::awaitable<std::unique_ptr<FileContent>> open_content(TenantFile file) override;
  boost::asio::awaitable<void> put(TenantFile file, FileHeaders headers, std::uint64_t size,
                                   NextPart next) override;
  boost::asio::awaitable<std::uint64_t> stored_bytes(DatabaseName database) override;
  /// Also creates the root, and removes the unfinished uploads that a crash has left.
  boost::asio::awaitable<void> check() override;
  /// Throws FileStoreFull while uploads are refused.
  boost::asio::awaitable<void> probe() override;

  /// Returns the maker of the links that presign_upload() and presign_download() return.
  [[nodiscard]] const FileLinks& links() const { return links_; }

  /// Begins an upload. Returns null if nothing may be uploaded for that database, because prepare() was not
  /// called or remove_all() was. Throws FileStoreFull, as write() does.
  boost::asio::awaitable<std::shared_ptr<UploadFile>> begin_upload(DatabaseName database);
  /// Appends a part to an upload. At most one call per upload may be in flight.
  boost::asio::awaitable<void> write(std::shared_ptr<UploadFile> upload, std::string part);
  /// Completes an upload. Once it returns, the content is on the disk, still without its name.
  boost::asio::awaitable<FileHead> finish(std::shared_ptr<UploadFile> upload, FileMetadata metadata);
  /// Gives a finished upload its name, if the file of that name is still `seen` (null: there is none). Once
  /// it returns UploadFile::Published::done, the file is on the disk under its name.
  boost::asio::awaitable<UploadFile::Published> publish(std::shared_ptr<UploadFile> upload, FileId file,
                                                        std::shared_ptr<const StoredFile> seen);
  /// Removes an upload that will not be published. Never throws.
  boost::asio::awaitable<void> abandon(std::shared_ptr<UploadFile> upload);

  /// Opens a file. Returns null if it was never uploaded.
  boost::asio::awaitable<std::shared_ptr<const StoredFile>> open(DatabaseName database, FileId file);
  /// Does the same as StoredFile::read(), on a thread of the store.
  boost::asio::awaitable<std::string> read(std::shared_ptr<const StoredFile> file, std::uint64_t offset,
                                           std::size_t size);

 private:
  boost::asio::awaitable<void> write_all(std::shared_ptr<UploadFile> upload, TenantFile file,
                                         FileHeaders headers, NextPart next);

  const FileLinks links_;
  const std::uint64_t min_free_bytes_;
  std::mutex publishing_;                 // between the look at a name and the change of what has it
  io::BlockingPool<FileDirectory> pool_;  // last, because its threads use the rest
};

}  // namespace annals::files
