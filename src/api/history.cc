#include "api/history.h"

#include <fmt/format.h>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>

#include "api/history_query.h"
#include "files/errors.h"
#include "history/errors.h"
#include "history/tail.h"
#include "http/entity_tags.h"

namespace annals::api {
namespace {

using access::Caller;
using access::Permission;
using boost::asio::awaitable;
using events::EventsTable;
using events::Ordering;
using events::Position;
using history::Counts;
using history::ExportFormat;
using history::Page;
using http::Status;

constexpr int kTemporaryRedirect = 307;

std::string quoted_or_null(const std::optional<std::string>& text) {
  return text ? boost::json::serialize(boost::json::string(*text)) : "null";
}

/// The body of a response whose parts come from the next() of a source.
template <class Source>
class StreamedBody final : public http::BodyParts {
 public:
  explicit StreamedBody(std::unique_ptr<Source> source) : source_(std::move(source)) {}
  awaitable<std::optional<std::string>> next() override { return source_->next(); }

 private:
  std::unique_ptr<Source> source_;
};

/// An export that ends with an error once its client may no longer read, so that no reader keeps a tenant
/// from being deleted.
class AdmittedStream final : public engine::ResultStream {
 public:
  /// `admit` throws if the client may not read any more.
  AdmittedStream(std::unique_ptr<engine::ResultStream> stream, std::function<awaitable<EventsTable>()> admit)
      : stream_(std::move(stream)), admit_(std::move(admit)) {}

  awaitable<std::optional<std::string>> next() override {
    const auto now = std::chrono::steady_clock::now();
    if (now - admitted_at_ >= kAdmittedFor) {
      co_await admit_();
      admitted_at_ = now;
    }
    auto part = co_await stream_->next();
    co_return part;
  }

 private:
  static constexpr std::chrono::milliseconds kAdmittedFor{500};

  std::unique_ptr<engine::ResultStream> stream_;
  std::function<awaitable<EventsTable>()> admit_;
  std::chrono::steady_clock::time_point admitted_at_ = std::chrono::steady_clock::now();
};

/// The URLs of the pages beside one page.
struct Neighbours {
  std::optional<std::string> next;
  std::optional<std::string> previous;
};

Neighbours neighbours_of(const ListQuery& query, const Page& page, const http::Request& request,
                         const std::string& base) {
  Neighbours urls;
  const auto url = [&](std::string_view name, const std::string& value) {
    return base + with_parameter(request, name, value);
  };
  const std::uint64_t next_offset = query.page.offset + page.events.size();
  if (query.by_cursor && (page.more || query.page.ordering == Ordering::arrival)) {
    // In the order of arrival more is always to come: the last page says where to ask again.
    const auto begin = query.page.after.value_or(Position{});
    const auto& position = page.events.empty() ? begin : page.events.back().position;
    urls.next = url("cursor", position.text(query.page.ordering));
  } else if (page.more && next_offset <= kMaxOffset) {
    urls.next = url("offset", fmt::format("{}", next_offset));
  } else if (page.more) {
    urls.next = url("cursor", page.events.back().position.text(query.page.ordering));
  }
  if (!query.by_cursor && query.page.offset > 0) {
    const auto before = query.page.offset - std::min(query.page.offset, query.page.limit);
    urls.previous = url("offset", fmt::format("{}", before));
  }
  return urls;
}

std::string page_body(const ListQuery& query, const Page& page, const std::optional<Counts>& counts,
                      const Neighbours& urls) {
  std::string body = fmt::format(R"({{"limit":{},"offset":{},)", query.page.limit, query.page.offset);
  body += counts ? fmt::format(R"("total_count":{},"filtered_count":{},)", counts->total, counts->filtered)
                 : R"("total_count":null,"filtered_count":null,)";
  body += fmt::format(R"("next":{},"previous":{},"results":[)", quoted_or_null(urls.next),
                      quoted_or_null(urls.previous));
  for (const events::StoredEvent& event : page.events) {
    if (&event != &page.events.front()) body += ',';
    body += event.json;
  }
  body += "]}";
  return body;
}

struct ExportType {
  std::string_view extension;
  std::string_view content_type;
};

ExportType type_of(ExportFormat format) {
  switch (format) {
    case ExportFormat::csv:
      return {.extension = "csv", .content_type = "text/csv; charset=utf-8"};
    case ExportFormat::parquet:
      return {.extension = "parquet", .content_type = "application/vnd.apache.parquet"};
    case ExportFormat::ndjson:
      break;
  }
  return {.extension = "ndjson", .content_type = "application/x-ndjson"};
}

http::Parameter event_id_parameter() {
  return {.place = http::Parameter::Place::path,
          .name = "event_id",
          .type = "string",
          .summary = "The event's id.",
          .required = true};
}

http::Answer invalid_query() {
  return {.status = 422, .summary = "A parameter is invalid."};
}

http::Operation list_operation() {
  return {.name = "list_events",
          .summary = "Lists a tenant's events, page by page.",
          .parameters = filter_parameters(
              {{.name = "ordering", .type = "string", .summary = "-event_time, event_time or arrival."},
               {.name = "limit", .type = "integer", .summary = "Events per page."},
               {.name = "offset", .type = "integer", .summary = "Events to skip."},
               {.name = "cursor", .type = "string", .summary = "Where to resume, instead of an offset."},
               {.name = "count", .type = "boolean", .summary = "Whether to count the events."}}),
          .answers = {{.status = 200, .summary = "A page of events."}, invalid_query()}};
}

http::Operation count_by_operation() {
  return {.name = "count_events",
          .summary = "Counts a tenant's events by time and by ids.",
          .parameters = filter_parameters(
              {{.name = "bucket", .type = "string", .summary = "minute, hour, day, week or month."},
               {.name = "by", .type = "string", .summary = "Groups by this id.", .repeatable = true},
               {.name = "limit", .type = "integer", .summary = "The number of groups."}}),
          .answers = {{.status = 200, .summary = "The groups and their numbers."}, invalid_query()}};
}

http::Operation export_operation() {
  return {.name = "export_events",
          .summary = "Returns all events of a filter by record, time and id.",
          .parameters =
              filter_parameters({{.name = "format", .type = "string", .summary = "ndjson, csv or parquet."},
                                 {.name = "after", .type = "string", .summary = "Where to resume."}}),
          .answers = {{.status = 200, .summary = "The events.", .content_type = "application/x-ndjson"},
                      invalid_query()}};
}

http::Operation tail_operation() {
  return {
      .name = "tail_events",
      .summary = "Sends new events as they are committed.",
      .parameters = filter_parameters({{.name = "cursor", .type = "string", .summary = "Where to resume."},
                                       {.place = http::Parameter::Place::header,
                                        .name = "Last-Event-ID",
                                        .type = "string",
                                        .summary = "Where to resume; browsers send it by themselves."}}),
      .answers = {{.status = 200, .summary = "Server-sent events.", .content_type = "text/event-stream"},
                  invalid_query()}};
}

http::Operation show_operation() {
  return {.name = "get_event",
          .summary = "Returns one event.",
          .parameters = {event_id_parameter()},
          .answers = {{.status = 200, .summary = "The event."},
                      {.status = 404, .summary = "There is no such event."}}};
}

http::Operation file_operation() {
  return {.name = "get_event_file",
          .summary = "Leads to the file that is attached to an event.",
          .parameters = {event_id_parameter()},
          .answers = {{.status = 200, .summary = "The file's URL, to clients that accept JSON."},
                      {.status = 307, .summary = "A redirect to the file."},
                      {.status = 404, .summary = "There is no such event, or no such file."}}};
}

}  // namespace

void History::add_to(http::Router& router) {
  const auto add = [&](std::string path, http::Operation operation, api::Handler handle) {
    router.add({.method = "GET",
                .path = std::move(path),
                .operation = std::move(operation),
                .admit = parts_.admission.with(Permission::read_history, std::move(handle))});
  };
  const auto add_plain = [&](std::string path, http::Operation operation, Handler handler) {
    add(std::move(path), std::move(operation), [this, handler](Caller caller, Request request) {
      return (this->*handler)(std::move(caller), std::move(request));
    });
  };
  // An answer of these changes only with the tenant's events.
  const auto add_tagged = [&](std::string path, http::Operation operation, Handler handler) {
    operation.parameters.push_back({.place = http::Parameter::Place::header,
                                    .name = "If-None-Match",
                                    .type = "string",
                                    .summary = "The ETag of an earlier answer."});
    operation.answers.push_back({.status = http::kNotModified, .summary = "The earlier answer still holds."});
    add(std::move(path), std::move(operation), [this, handler](Caller caller, Request request) {
      return unless_unchanged(std::move(caller), std::move(request), handler);
    });
  };
  add_tagged("/api/history/events", list_operation(), &History::list);
  add_tagged("/api/history/events/count-by", count_by_operation(), &History::count_by);
  add_plain("/api/history/export", export_operation(), &History::export_events);
  add_plain("/api/history/tail", tail_operation(), &History::tail);
  add_tagged("/api/history/events/{event_id}", show_operation(), &History::show);
  add_plain("/api/history/events/{event_id}/file", file_operation(), &History::file);
}

/// Answers with 304 if the client has what the handler would return. Clients ask for it with the tag of an
/// earlier answer. An answer changes only when the tenant's events do, so the engine is not asked.
History::Response History::unless_unchanged(Caller caller, Request request, Handler handler) {
  const auto changes = parts_.changes.tag(caller.tenant->id);
  const std::string tag = fmt::format("\"{}\"", changes.value_or(""));
  const std::string* known = request.header("if-none-match");
  http::Response response;
  if (changes && known != nullptr && *known != "*" && http::names_entity_tag(*known, tag)) {
    response.status = http::kNotModified;
  } else {
    response = co_await (this->*handler)(std::move(caller), std::move(request));
  }
  if (!changes) co_return response;
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Cache-Control", "private, no-cache");
  response.headers.emplace_back("Vary", "X-Client-Id, X-Client-Secret, X-API-Key");
  co_return response;
}

/// Runs both queries at the same time. Events that arrive in between are in both results.
awaitable<std::tuple<Page, Counts>> History::page_and_counts(EventsTable table,
                                                             history::PageRequest request) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  try {
    auto both = parts_.history.page(table, request) && parts_.history.count(table, request.filter);
    auto result = co_await std::move(both);
    auto& [page, counts] = result;
    const std::uint64_t shown = page.events.size() + (page.more ? 1 : 0);
    if (shown > 0 && !request.after) counts.raise_to(request.offset + shown);
    co_return result;
  } catch (const boost::asio::multiple_exceptions& failures) {
    std::rethrow_exception(failures.first_exception());
  }
}

History::Response History::list(Caller caller, Request request) {
  const ListQuery query = read_list_query(request);
  std::optional<Counts> counts;
  Page page;
  if (query.count) {
    std::tie(page, counts) = co_await page_and_counts(caller.table(), query.page);
  } else {
    page = co_await parts_.history.page(caller.table(), query.page);
  }
  if (page.events.empty() && query.page.after && query.page.ordering == Ordering::arrival) {
    const bool reached = co_await parts_.history.reaches(caller.table(), *query.page.after);
    if (!reached) refuse_cursor_ahead(request, false);
  }
  const Neighbours urls = neighbours_of(query, page, request, parts_.public_url());
  co_return http::json(Status::ok, page_body(query, page, counts, urls));
}

/// Returns the event that the path names. Throws Error(event_not_found).
awaitable<events::StoredEvent> History::find(EventsTable table, Request request) {
  const auto id = EventId::parse(request.path_parameters.at("event_id"));
  if (!id) throw history::event_not_found();
  auto event = co_await parts_.history.find(std::move(table), *id);
  if (!event) throw history::event_not_found();
  co_return *std::move(event);
}

History::Response History::show(Caller caller, Request request) {
  auto event = co_await find(caller.table(), std::move(request));
  co_return http::json(Status::ok, std::move(event.json));
}

History::Response History::file(Caller caller, Request request) {
  const auto event = co_await find(caller.table(), request);
  if (!event.file_id) throw history::event_without_file();
  const auto& database = caller.tenant->database;
  const auto found = co_await parts_.files.find(database, *event.file_id);
  if (!found) throw files::file_not_found();

  const auto url = parts_.files.presign_download(database, *event.file_id, parts_.file_url_time,
                                                 std::chrono::system_clock::now());
  const std::string* accept = request.header("accept");
  if (accept != nullptr && accept->contains("application/json")) {
    const boost::json::object body{{"file_url", url}, {"file_id", event.file_id->text()}};
    co_return http::json(Status::ok, boost::json::serialize(body));
  }
  co_return http::Response{.status = kTemporaryRedirect, .headers = {{"Location", url}}};
}

History::Response History::count_by(Caller caller, Request request) {
  auto query = read_count_by_query(request);
  std::string rows = co_await parts_.history.count_by(caller.table(), std::move(query));
  if (!rows.empty()) rows.pop_back();
  std::ranges::replace(rows, '\n', ',');
  co_return http::json(Status::ok, fmt::format(R"({{"results":[{}]}})", rows));
}

History::Response History::export_events(Caller caller, Request request) {
  auto query = read_export_query(request);
  const auto [extension, content_type] = type_of(query.format);
  auto stream =
      std::make_unique<AdmittedStream>(co_await parts_.history.export_all(caller.table(), std::move(query)),
                                       [this, request] { return table_again(request); });
  co_return http::Response{
      .content_type = std::string(content_type),
      .headers = {{"Content-Disposition", fmt::format("attachment; filename=\"events.{}\"", extension)}},
      .body_parts = std::make_shared<StreamedBody<engine::ResultStream>>(std::move(stream))};
}

/// Admits the client once more. Tails and exports last long: they ask again and again whether the client may
/// still read, so that those of a deleted tenant end.
awaitable<EventsTable> History::table_again(Request request) {
  const auto caller = co_await parts_.admission.admit_again(Permission::read_history, request);
  co_return caller.table();
}

History::Response History::tail(Caller caller, Request request) {
  auto query = read_tail_query(request);
  if (query.after) {
    const bool reached = co_await parts_.history.reaches(caller.table(), *query.after);
    if (!reached) refuse_cursor_ahead(request, true);
  }
  auto table = [this, request] { return table_again(request); };
  auto tail = std::make_unique<history::Tail>(
      history::Tail::Parts{.history = parts_.history, .changes = parts_.changes}, std::move(table),
      std::move(query.filter), query.after);
  if (!query.after) co_await tail->start_at_the_end();
  co_return http::Response{.content_type = "text/event-stream",
                           .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
                           .body_parts = std::make_shared<StreamedBody<history::Tail>>(std::move(tail))};
}

}  // namespace annals::api
