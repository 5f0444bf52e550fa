#pragma once

#include <filesystem>
#include <memory>

#include "files/file_store.h"
#include "files/local/directory.h"
#include "files/local/links.h"
#include "io/blocking_pool.h"

namespace annals::files {

/// Attached files in a directory of this machine: `<root>/<database>/<file_id>`. Its URLs lead back to this
/// service (FileHandlers). The work is done on threads of its own. Safe for concurrent use; must outlive its
/// calls.
class LocalFileStore : public FileStore {
 public:
  /// `root` is made by check(); until then everything else fails.
  LocalFileStore(const std::filesystem::path& root, FileLinks links);

  boost::asio::awaitable<void> prepare(DatabaseName database) override;
  [[nodiscard]] std::string presign_upload(const DatabaseName& database, FileId file,
                                           std::chrono::seconds expires, Time now) const override;
  [[nodiscard]] std::string presign_download(const DatabaseName& database, FileId file,
                                             std::chrono::seconds expires, Time now) const override;
  boost::asio::awaitable<std::optional<FileInfo>> find(DatabaseName database, FileId file) override;
  boost::asio::awaitable<RemovedFiles> remove_all(DatabaseName database, BeforePage before_page) override;
  /// Also removes what uploads that a crash ended have left.
  boost::asio::awaitable<void> check() override;

  /// Those that presign_upload() and presign_download() make.
  [[nodiscard]] const FileLinks& links() const { return links_; }

  /// Begins an upload; null when nothing may be uploaded for that database: prepare() was not called, or
  /// remove_all() was.
  boost::asio::awaitable<std::shared_ptr<UploadFile>> begin_upload(DatabaseName database);
  /// One call for an upload at a time.
  boost::asio::awaitable<void> write(std::shared_ptr<UploadFile> upload, std::string part);
  /// Keeps the upload, on the disk when this returns; nothing when the database's files were removed
  /// meanwhile.
  boost::asio::awaitable<std::optional<FileHead>> commit(std::shared_ptr<UploadFile> upload, FileId file,
                                                         std::string content_type);
  /// Removes an upload that will not be committed. Never throws.
  boost::asio::awaitable<void> abandon(std::shared_ptr<UploadFile> upload);

  /// Null when it was never uploaded.
  boost::asio::awaitable<std::shared_ptr<const StoredFile>> open(DatabaseName database, FileId file);
  /// See StoredFile::read.
  boost::asio::awaitable<std::string> read(std::shared_ptr<const StoredFile> file, std::uint64_t offset,
                                           std::size_t size);

 private:
  const FileLinks links_;
  io::BlockingPool<FileDirectory> pool_;  // last: its threads use the rest
};

}  // namespace annals::files
