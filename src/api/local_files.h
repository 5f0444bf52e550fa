#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "files/local/store.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// Answers `PUT`, `GET` and `HEAD /files/{database}/{file_id}`: what the URLs of a local file store lead to.
/// The link's signature is the only credential, and it is checked before a body is read. Thread-safe.
class LocalFiles {
 public:
  /// `store` must outlive this object and every response. `max_bytes` limits one file.
  LocalFiles(files::LocalFileStore& store, std::uint64_t max_bytes) : store_(store), max_bytes_(max_bytes) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> put(http::Request request);
  /// Answers GET and HEAD.
  boost::asio::awaitable<http::Response> get(http::Request request);
  struct NewFile {  // NOLINT(*-pro-type-member-init): an id cannot be left out
    FileId file;
    std::string content_type;
  };
  boost::asio::awaitable<std::optional<files::FileHead>> receive(std::shared_ptr<http::BodyParts> body,
                                                                 std::shared_ptr<files::UploadFile> upload,
                                                                 NewFile file);

  files::LocalFileStore& store_;
  std::uint64_t max_bytes_;
};

}  // namespace annals::api
