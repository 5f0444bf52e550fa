#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "files/errors.h"
#include "ids/database_name.h"
#include "ids/id.h"

namespace annals::files {

/// The numbers of things that a removal found and removed.
struct RemovedFiles {
  std::uint64_t objects = 0;
  std::uint64_t unfinished_uploads = 0;
};

/// The properties of a file that are known without reading it.
struct FileInfo {
  std::uint64_t size = 0;  // bytes
  std::string content_type;
};

/// The content of a file, as far as it is known.
struct FileDigest {
  std::uint64_t size = 0;   // bytes
  std::string sha256 = {};  // lower-case hexadecimal, or empty: not known
};

/// A file by its place, and the tenant whose file it is.
struct TenantFile {  // NOLINT(*-pro-type-member-init): an id cannot be left out
  ClientId owner;
  DatabaseName database;
  FileId id;
};

/// The facts that a store keeps beside a file's content. Printable ASCII, or empty.
struct FileHeaders {
  std::string content_type = {};
  std::string content_encoding = {};
  std::string content_disposition = {};
};

/// Reads the content of one file, which stays the same whatever becomes of its name. It must not outlive the
/// store.
class FileContent {
 public:
  FileContent() = default;
  virtual ~FileContent() = default;
  FileContent(const FileContent&) = delete;
  FileContent& operator=(const FileContent&) = delete;

  [[nodiscard]] virtual std::uint64_t size() const = 0;  // bytes
  [[nodiscard]] virtual FileHeaders headers() const = 0;
  /// Returns a text that is another one if the content is.
  [[nodiscard]] virtual std::string version() const = 0;
  /// Returns `size` bytes from `offset` on, and fewer only at the end. Throws FileStoreError.
  virtual boost::asio::awaitable<std::string> read(std::uint64_t offset, std::size_t size) = 0;
};

/// Returns the next part of a file that is being written, or nullopt at its end.
using NextPart = std::function<boost::asio::awaitable<std::optional<std::string>>()>;

/// The terms of an upload URL. An empty text leaves its matter to the uploader.
struct UploadTerms {
  std::chrono::seconds expires;                 // whole seconds, one to seven days
  std::optional<std::uint64_t> size = {};       // of the file, in bytes; nullopt: any
  std::optional<std::uint64_t> max_bytes = {};  // of the file; nullopt: the store's own limit
  std::string filename = {};                    // for the download, see files/file_name.h
  std::string content_type = {};                // printable ASCII
  std::string sha256 = {};                      // of the file, 64 lower-case hexadecimal digits

  /// Returns whether the URL is bound to more than a size.
  [[nodiscard]] bool binds() const {
    return max_bytes.has_value() || !filename.empty() || !content_type.empty() || !sha256.empty();
  }
};

/// Headers of HTTP, in order.
using RequestHeaders = std::vector<std::pair<std::string, std::string>>;

/// A point of the wall clock.
using Time = std::chrono::system_clock::time_point;

/// Is awaited between listing a page and removing what was listed, and throws if the removal must stop
/// because another instance has taken it over. File ids are never used twice, so what was listed while the
/// database was its owner's may be removed however late.
using BeforePage = std::function<boost::asio::awaitable<void>()>;

/// Stores attached files under keys `<database>/<file_id>`. Implementations are thread-safe.
class FileStore {
 public:
  FileStore() = default;
  virtual ~FileStore() = default;
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;

  /// Prepares the store for uploads to a database. Call it before an upload URL is given out: a local store
  /// refuses uploads without it, and after remove_all(). Throws FileStoreError.
  virtual boost::asio::awaitable<void> prepare(DatabaseName database) = 0;

  /// Returns a URL to which its holder may PUT the file until it expires after `now`; earlier than asked for
  /// if what signs it expires. Does no I/O. Throws std::invalid_argument for another expiry, and
  /// FileStoreError if nothing can sign it now.
  [[nodiscard]] virtual std::string presign_upload(const TenantFile& file, const UploadTerms& terms,
                                                   Time now) const = 0;

  /// Returns the headers that an upload to a URL of those terms must have, besides those that every client
  /// sends.
  [[nodiscard]] virtual RequestHeaders upload_headers(const UploadTerms& terms) const = 0;

  /// Returns a URL from which its holder may GET the file, which need not exist. Otherwise as
  /// presign_upload().
  [[nodiscard]] virtual std::string presign_download(const TenantFile& file, std::chrono::seconds expires,
                                                     Time now) const = 0;

  /// Returns the origin that the URLs lead to, `https://host` or `https://host:port`, or an empty text if
  /// they lead back to this service. It never changes.
  [[nodiscard]] virtual std::string link_origin() const { return {}; }

  /// Returns nullopt if the file was never uploaded. Throws FileStoreError.
  virtual boost::asio::awaitable<std::optional<FileInfo>> find(TenantFile file) = 0;

  /// Returns the size and the SHA-256 of a file that an event is about to name, or nullopt if there is none.
  /// From then on no upload replaces it, as far as the store can see to that. Idempotent. Throws
  /// FileStoreError.
  virtual boost::asio::awaitable<std::optional<FileDigest>> seal(TenantFile file) = 0;

  /// Removes every object whose key starts with `<database>/`, unfinished uploads included, and nothing of a
  /// database whose name merely starts alike. Idempotent. Throws FileStoreError if anything may be left, and
  /// what `before_page` throws.
  virtual boost::asio::awaitable<RemovedFiles> remove_all(DatabaseName database, BeforePage before_page) = 0;

  /// Removes the files in a database that bear the tag of an earlier tenant (see files/file_ids.h), and
  /// nothing else. Otherwise as remove_all().
  virtual boost::asio::awaitable<RemovedFiles> remove_of(ClientId owner, DatabaseName database,
                                                         BeforePage before_page) = 0;

  /// Removes single files of a database, as far as they are there. Otherwise as remove_all().
  virtual boost::asio::awaitable<RemovedFiles> remove_files(DatabaseName database, std::vector<FileId> files,
                                                            BeforePage before_page) = 0;

  /// Returns the ids of all complete files of a database, in no order. Throws FileStoreError.
  virtual boost::asio::awaitable<std::vector<FileId>> list(DatabaseName database) = 0;

  /// Opens a file to read it. Returns null if it does not exist. Throws FileStoreError.
  virtual boost::asio::awaitable<std::unique_ptr<FileContent>> open_content(TenantFile file) = 0;

  /// Writes a whole file of `size` bytes, past every URL; prepare() must have been called. Once it returns,
  /// the file is as durable as an upload. It replaces nothing: the caller knows that nobody else writes to
  /// that database. Throws FileStoreError, and what `next` throws.
  virtual boost::asio::awaitable<void> put(TenantFile file, FileHeaders headers, std::uint64_t size,
                                           NextPart next) = 0;

  /// Returns how many bytes the files of a database take. Reads a list of all of them. Throws FileStoreError.
  virtual boost::asio::awaitable<std::uint64_t> stored_bytes(DatabaseName database) = 0;

  /// Returns when the credentials expire with which the store is used now; nullopt if they do not, or if that
  /// is not known. Quick.
  [[nodiscard]] virtual std::optional<Time> credentials_expire_at() const { return std::nullopt; }

  /// Proves cheaply that the store can be used (credentials, bucket or directory). Throws FileStoreError.
  virtual boost::asio::awaitable<void> check() = 0;

  /// Does the same for a store that is in use, and makes nothing that is missing.
  virtual boost::asio::awaitable<void> probe() { return check(); }
};

}  // namespace annals::files
