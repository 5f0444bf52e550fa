#pragma once

#include <functional>
#include <string>
#include <tuple>

#include <boost/asio/awaitable.hpp>

#include "events/client_access_handlers.h"
#include "files/file_store.h"
#include "history/history.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::api {

/// How a tenant's history is read: `GET /api/history/…`. Safe for concurrent use.
class HistoryHandlers {
 public:
  struct Parts {
    history::History& history;  // both outlive this
    files::FileStore& files;
    events::ClientAccess access;
    std::function<std::string()> public_url;  // what URLs in answers begin with, without a slash at its end
    std::chrono::seconds file_url_valid_for;
  };

  explicit HistoryHandlers(Parts parts) : parts_(std::move(parts)) {}

  /// Adds the routes; this must outlive the router.
  void add_to(http::Router& router);

  boost::asio::awaitable<http::Response> list(http::Request request);
  boost::asio::awaitable<http::Response> show(http::Request request);
  boost::asio::awaitable<http::Response> file(http::Request request);
  boost::asio::awaitable<http::Response> count_by(http::Request request);
  boost::asio::awaitable<http::Response> export_events(http::Request request);
  boost::asio::awaitable<http::Response> tail(http::Request request);

 private:
  boost::asio::awaitable<std::tuple<history::Page, history::Counts>> page_and_counts(
      events::EventsTable table, history::PageRequest request);
  boost::asio::awaitable<std::string> find(events::EventsTable table, http::Request request);

  Parts parts_;
};

}  // namespace annals::api
