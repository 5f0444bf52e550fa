#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "files/file_store.h"
#include "files/s3/client.h"

namespace annals::files {

/// Stores attached files in a bucket of S3 or of a server that speaks its protocol. It needs the permissions
/// s3:ListBucket, s3:ListBucketVersions, s3:ListBucketMultipartUploads, s3:DeleteObject,
/// s3:DeleteObjectVersion, s3:AbortMultipartUpload, and for the URLs, for backups and for restoring
/// s3:PutObject and s3:GetObject. Thread-safe. This object must outlive its calls.
class S3FileStore : public FileStore {
 public:
  /// Throws std::invalid_argument if the settings make no address; see S3Address.
  explicit S3FileStore(const S3Settings& settings);

  /// Checks once that the bucket can be used, and again after it could not: a URL that S3 will refuse is
  /// given to nobody. A bucket takes uploads without further preparation.
  boost::asio::awaitable<void> prepare(DatabaseName database) override;

  /// If the terms have a size, the signature covers Content-Length.
  [[nodiscard]] std::string presign_upload(const TenantFile& file, const UploadTerms& terms,
                                           Time now) const override;
  /// Returns what the signature covers: the type, the disposition, the checksum, the greatest size, which
  /// find() checks, and `If-None-Match: *`, so that a bound URL takes one file and no other in its place.
  [[nodiscard]] RequestHeaders upload_headers(const UploadTerms& terms) const override;
  [[nodiscard]] std::string presign_download(const TenantFile& file, std::chrono::seconds expires,
                                             Time now) const override;
  [[nodiscard]] std::string link_origin() const override { return client_.link_origin(); }
  boost::asio::awaitable<std::optional<FileInfo>> find(TenantFile file) override;
  /// The SHA-256 is that of S3, or computed here if S3 does not know it and the object is small. Only a bound
  /// link keeps an object from being replaced.
  boost::asio::awaitable<std::optional<FileDigest>> seal(TenantFile file) override;
  boost::asio::awaitable<RemovedFiles> remove_all(DatabaseName database, BeforePage before_page) override;
  boost::asio::awaitable<RemovedFiles> remove_files(DatabaseName database, std::vector<FileId> files,
                                                    BeforePage before_page) override;
  boost::asio::awaitable<std::vector<FileId>> list(DatabaseName database) override;
  boost::asio::awaitable<std::unique_ptr<FileContent>> open_content(TenantFile file) override;
  boost::asio::awaitable<void> put(TenantFile file, FileHeaders headers, std::uint64_t size,
                                   NextPart next) override;
  boost::asio::awaitable<std::uint64_t> stored_bytes(DatabaseName database) override;
  boost::asio::awaitable<RemovedFiles> remove_of(ClientId owner, DatabaseName database,
                                                 BeforePage before_page) override;

  [[nodiscard]] std::optional<Time> credentials_expire_at() const override;

  /// Lists at most one key, which proves that the bucket exists and the credentials open it.
  boost::asio::awaitable<void> check() override;

 private:
  boost::asio::awaitable<std::optional<FileInfo>> look_at(std::string key);

  S3Client client_;
  std::atomic<bool> usable_ = false;  // by the latest reply to a call of prepare(), find() or check()
};

}  // namespace annals::files
