#pragma once

#include <string>

#include "backup/destination.h"
#include "files/s3/client.h"

namespace annals::backup {

/// Keeps backups in a bucket, under a prefix. It needs s3:ListBucket, s3:GetObject, s3:PutObject and
/// s3:DeleteObject. This object must outlive its calls.
class S3Destination final : public Destination {
 public:
  /// Throws std::invalid_argument if the settings make no address. `prefix` is empty or ends with a slash.
  S3Destination(const files::S3Settings& settings, std::string prefix)
      : client_(settings), prefix_(std::move(prefix)) {}

  boost::asio::awaitable<void> put(std::string name, std::string content) override;
  boost::asio::awaitable<std::optional<std::string>> get(std::string name) override;
  boost::asio::awaitable<std::vector<std::string>> list(std::string folder) override;
  boost::asio::awaitable<void> remove(std::string name) override;

 private:
  boost::asio::awaitable<void> remove_object(std::string key);

  files::S3Client client_;
  const std::string prefix_;
};

}  // namespace annals::backup
