#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "error.h"
#include "ids/database_name.h"
#include "ids/file_id.h"

namespace annals::files {

/// A file store that failed, or may have failed in part. What it says is for the log.
class FileStoreError : public Error {
 public:
  explicit FileStoreError(const std::string& message)
      : Error(ErrorCode::internal, "Internal Server Error", message) {}
};

/// What a removal found and removed.
struct RemovedFiles {
  std::uint64_t objects = 0;
  std::uint64_t unfinished_uploads = 0;
};

/// What is known of a file without reading it.
struct FileInfo {
  std::uint64_t size = 0;  // bytes
  std::string content_type;
};

/// A point of the wall clock.
using Time = std::chrono::system_clock::time_point;

class LocalFileStore;

/// Asked before each page of removals; throws when the removal must stop (another instance has taken it
/// over).
using BeforePage = std::function<boost::asio::awaitable<void>()>;

/// Where attached files live, under keys `<database>/<file_id>`. Implementations are safe for concurrent use.
class FileStore {
 public:
  FileStore() = default;
  virtual ~FileStore() = default;
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;

  /// Makes room for the files of a database. To be called before an upload URL is given out: without it, or
  /// after remove_all(), a store of our own refuses uploads. Throws FileStoreError.
  virtual boost::asio::awaitable<void> prepare(DatabaseName database) = 0;

  /// A URL to which whoever has it may PUT the file until `expires` (whole seconds, one to seven days) after
  /// `now`, as often as they like; the last one counts. No I/O. Throws std::invalid_argument for another
  /// expiry.
  [[nodiscard]] virtual std::string presign_upload(const DatabaseName& database, FileId file,
                                                   std::chrono::seconds expires, Time now) const = 0;

  /// The same to GET the file. It need not exist.
  [[nodiscard]] virtual std::string presign_download(const DatabaseName& database, FileId file,
                                                     std::chrono::seconds expires, Time now) const = 0;

  /// Nothing when the file was never uploaded. Throws FileStoreError.
  virtual boost::asio::awaitable<std::optional<FileInfo>> find(DatabaseName database, FileId file) = 0;

  /// Removes every object whose key starts with `<database>/`, unfinished uploads included, and nothing of a
  /// neighbour's whose name merely begins alike. Repeating it is harmless. Throws FileStoreError when
  /// anything may be left, and what `before_page` throws.
  virtual boost::asio::awaitable<RemovedFiles> remove_all(DatabaseName database, BeforePage before_page) = 0;

  /// Cheap proof that the store can be used at all (credentials, bucket or directory). Throws FileStoreError.
  virtual boost::asio::awaitable<void> check() = 0;

  /// The store itself, when its URLs lead back to this process, which then has to serve them; else null.
  virtual LocalFileStore* local() { return nullptr; }
};

}  // namespace annals::files
