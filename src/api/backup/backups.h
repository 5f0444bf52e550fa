#pragma once

#include <boost/asio/awaitable.hpp>

#include "access/caller.h"
#include "api/admission.h"
#include "backup/jobs.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// Backups, restorations, and the jobs that make them.
class Backups {
 public:
  /// `jobs` must outlive this object. Null: no destination is configured, and every request is told so.
  explicit Backups(backup::Jobs* jobs) : jobs_(jobs) {}

  /// This object must outlive the router.
  void add_to(http::Router& router, const Admission& admission);

 private:
  boost::asio::awaitable<http::Response> create(http::Request request);
  boost::asio::awaitable<http::Response> list(http::Request request);
  boost::asio::awaitable<http::Response> show(http::Request request);
  boost::asio::awaitable<http::Response> verify(http::Request request);
  boost::asio::awaitable<http::Response> remove(http::Request request);
  boost::asio::awaitable<http::Response> restore(http::Request request);
  boost::asio::awaitable<http::Response> list_jobs(http::Request request);
  boost::asio::awaitable<http::Response> show_job(http::Request request);
  [[nodiscard]] backup::Jobs& jobs() const;

  backup::Jobs* jobs_;
};

}  // namespace annals::api
