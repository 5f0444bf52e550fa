#pragma once

#include <chrono>

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "files/file_store.h"
#include "http/message.h"
#include "http/router.h"
#include "quotas/quotas.h"

namespace annals::api {

/// Answers `GET /api/files/upload-url`: where a client may put a new file. Thread-safe.
class Files {
 public:
  /// `files` and `quotas` must outlive this object. A URL is valid for `url_time`; see
  /// FileStore::presign_upload().
  Files(files::FileStore& files, quotas::Quotas& quotas, std::chrono::seconds url_time)
      : files_(files), quotas_(quotas), url_time_(url_time) {}

  /// Adds the route; this object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  boost::asio::awaitable<http::Response> upload_url(access::Caller caller, http::Request request);

  files::FileStore& files_;
  quotas::Quotas& quotas_;
  std::chrono::seconds url_time_;
};

}  // namespace annals::api
