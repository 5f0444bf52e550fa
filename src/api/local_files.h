#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "api/byte_range.h"
#include "api/file_uploads.h"
#include "files/local/store.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// Answers `PUT`, `GET` and `HEAD /files/{database}/{file_id}`: what the URLs of a local file store lead to.
/// The link's signature is the only credential, and it is checked before a body is read. Thread-safe.
class LocalFiles {
 public:
  /// `store` must outlive this object and every response.
  LocalFiles(files::LocalFileStore& store, UploadLimits limits) : store_(store), limits_(limits) {}

  /// Adds the routes; this object and `admission` must outlive the router.
  void add_to(http::Router& router, const Admission& admission, const FileSurroundings& around);

 private:
  /// Answers GET and HEAD.
  boost::asio::awaitable<http::Response> get(http::Request request);
  http::Response content_of(std::shared_ptr<const files::StoredFile> file, const http::Validators& current,
                            const ByteRange& range);

  files::LocalFileStore& store_;
  const UploadLimits limits_;
  std::unique_ptr<FileUploads> uploads_;  // made with the routes
};

}  // namespace annals::api
