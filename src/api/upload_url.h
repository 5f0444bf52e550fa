#pragma once

#include <chrono>

#include <boost/asio/awaitable.hpp>

#include "api/client_identity.h"
#include "files/file_store.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// `GET /api/files/upload-url`: where a client may put a new file. Safe for concurrent use.
class UploadUrlHandlers {
 public:
  /// Both must outlive this. `expires`: how long a URL is good, see FileStore::presign_upload.
  UploadUrlHandlers(const ClientIdentity& identity, files::FileStore& files, std::chrono::seconds expires)
      : identity_(identity), files_(files), expires_(expires) {}

  /// Adds the route; this must outlive the router.
  void add_to(http::Router& router);

  boost::asio::awaitable<http::Response> upload_url(http::Request request);

 private:
  const ClientIdentity& identity_;
  files::FileStore& files_;
  std::chrono::seconds expires_;
};

}  // namespace annals::api
