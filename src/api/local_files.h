#pragma once

#include <cstdint>

#include <boost/asio/awaitable.hpp>

#include "files/local/store.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// `PUT`, `GET` and `HEAD /files/{database}/{file_id}`: what the URLs of a local file store lead to. The
/// link's signature is all the identity there is, and it is checked before a body is read. Safe for
/// concurrent use.
class FileHandlers {
 public:
  /// `store` must outlive this and every response. `max_bytes`: of one file.
  FileHandlers(files::LocalFileStore& store, std::uint64_t max_bytes)
      : store_(store), max_bytes_(max_bytes) {}

  /// Adds the routes; this must outlive the router.
  void add_to(http::Router& router);

  boost::asio::awaitable<http::Response> put(http::Request request);
  /// GET and HEAD.
  boost::asio::awaitable<http::Response> get(http::Request request);

 private:
  boost::asio::awaitable<void> check_link(const http::Request& request) const;
  boost::asio::awaitable<void> receive(std::shared_ptr<http::BodyParts> body,
                                       std::shared_ptr<files::UploadFile> upload);

  files::LocalFileStore& store_;
  std::uint64_t max_bytes_;
};

}  // namespace annals::api
