#pragma once

#include "files/file_store.h"
#include "files/s3/client.h"

namespace annals::files {

/// Stores attached files in a bucket of S3 or of a server that speaks its protocol. It needs the permissions
/// s3:ListBucket, s3:ListBucketVersions, s3:ListBucketMultipartUploads, s3:DeleteObject,
/// s3:DeleteObjectVersion, s3:AbortMultipartUpload, and for the URLs s3:PutObject and s3:GetObject.
/// Thread-safe. This object must outlive its calls.
class S3FileStore : public FileStore {
 public:
  /// Throws std::invalid_argument if the settings make no address; see S3Address.
  explicit S3FileStore(const S3Settings& settings);

  /// Does nothing: an S3 bucket has no directories, and takes uploads without preparation.
  boost::asio::awaitable<void> prepare(DatabaseName database) override;

  [[nodiscard]] std::string presign_upload(const DatabaseName& database, FileId file,
                                           std::chrono::seconds expires, Time now) const override;
  [[nodiscard]] std::string presign_download(const DatabaseName& database, FileId file,
                                             std::chrono::seconds expires, Time now) const override;
  boost::asio::awaitable<std::optional<FileInfo>> find(DatabaseName database, FileId file) override;
  boost::asio::awaitable<RemovedFiles> remove_all(DatabaseName database, BeforePage before_page) override;

  /// Lists at most one key, which proves that the bucket exists and the credentials open it.
  boost::asio::awaitable<void> check() override;

 private:
  S3Client client_;
};

}  // namespace annals::files
