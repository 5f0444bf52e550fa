#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <tuple>

#include <boost/asio/awaitable.hpp>

#include "api/admission.h"
#include "api/history_query.h"
#include "events/changes.h"
#include "files/attached_files.h"
#include "files/file_store.h"
#include "history/history.h"
#include "history/open_streams.h"
#include "http/coding/compression.h"
#include "http/message.h"
#include "http/router.h"
#include "names/names.h"

namespace annals::api {

/// Reads a tenant's history: `GET /api/history/…`. Thread-safe.
class History {
 public:
  struct Parts {
    history::History& history;  // all eight must outlive this object
    names::Names& names;
    events::Changes& changes;
    files::FileStore& files;
    files::AttachedFiles& attached_files;
    history::OpenStreams& exports;
    history::OpenStreams& tails;
    const Admission& admission;
    std::function<std::string()> public_url;  // the beginning of URLs in answers, without a slash at its end
    std::chrono::seconds file_url_time;       // for which the URL of a file is valid
  };

  explicit History(Parts parts) : parts_(std::move(parts)) {}

  /// Adds the routes; this object must outlive the router.
  void add_to(http::Router& router);

 private:
  using Request = http::Request;
  using Response = boost::asio::awaitable<http::Response>;

  Response list(access::Caller caller, Request request);
  Response show(access::Caller caller, Request request);
  Response file(access::Caller caller, Request request);
  Response count_by(access::Caller caller, Request request);
  Response export_events(access::Caller caller, Request request);
  Response tail(access::Caller caller, Request request);

  using Handler = Response (History::*)(access::Caller caller, Request request);
  Response unless_unchanged(access::Caller caller, Request request, Handler handler);

  boost::asio::awaitable<std::tuple<history::Page, std::optional<history::Counts>>> page_and_counts(
      events::EventsTable table, ListQuery query);
  boost::asio::awaitable<events::EventsTable> table_for(access::Caller caller, bool with_names);
  boost::asio::awaitable<events::EventsTable> table_again(Request request, TokenPlace place,
                                                          bool with_names = false);

  [[nodiscard]] std::chrono::seconds url_time_for(const access::Caller& caller, files::Time now) const;

  static constexpr std::size_t kCompressedAtOnce = 64;

  Parts parts_;
  const http::Compression compression_{kCompressedAtOnce};
};

}  // namespace annals::api
