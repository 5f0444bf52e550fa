#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "files/file_store.h"
#include "files/s3/client.h"
#include "files/s3/replies.h"

namespace annals::files {

/// Reads an object of a bucket in ranges. If the object is replaced meanwhile, a read is refused.
class S3Content final : public FileContent {
 public:
  /// `head` is the reply to HEAD. `client` must outlive this object. Throws UnexpectedReply.
  S3Content(S3Client& client, std::string key, const io::HttpResponse& head);

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] FileHeaders headers() const override { return headers_; }
  [[nodiscard]] std::string version() const override { return etag_; }
  boost::asio::awaitable<std::string> read(std::uint64_t offset, std::size_t size) override;

 private:
  S3Client& client_;
  const std::string key_;
  const std::string etag_;
  const FileHeaders headers_;
  std::uint64_t size_ = 0;
};

/// Returns the size in the reply to HEAD. Throws UnexpectedReply if it has none.
std::uint64_t size_in(const io::HttpResponse& head);

/// Returns all objects whose keys begin with `prefix`. Throws FileStoreError.
boost::asio::awaitable<std::vector<S3Item>> list_objects(S3Client& client, std::string prefix);

/// Writes an object of `size` bytes: at once if it is small, else in parts. Throws FileStoreError, and what
/// `next` throws; parts that were written are then removed.
boost::asio::awaitable<void> put_object(S3Client& client, std::string key, FileHeaders headers,
                                        std::uint64_t size, NextPart next);

}  // namespace annals::files
