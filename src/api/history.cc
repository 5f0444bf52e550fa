#include "api/history.h"

#include <fmt/format.h>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>

#include "api/described/history.h"
#include "api/described/limits.h"
#include "api/history_bodies.h"
#include "api/history_query.h"
#include "audit/trail_table.h"
#include "files/errors.h"
#include "history/errors.h"
#include "history/tail.h"
#include "http/entity_tags.h"
#include "http/media_type.h"
#include "http/query_fields.h"
#include "text/time.h"

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

/// Returns whether the caller asks for what is kept of a file. Throws InvalidInput.
bool asks_for_details(const http::Request& request) {
  http::QueryFields query(request);
  const bool details = query.flag("details").value_or(false);
  query.check();
  return details;
}

/// The pages beside one page: their URLs, and the cursor after it, which is the same behind every proxy.
struct Neighbours {
  std::optional<std::string> next;
  std::optional<std::string> previous;
  std::optional<std::string> cursor;
};

Neighbours neighbours_of(const ListQuery& query, const Page& page, const http::Request& request,
                         const std::string& base) {
  Neighbours urls;
  const auto url = [&](std::string_view name, const std::string& value) {
    return base + with_parameter(request, name, value);
  };
  const std::uint64_t next_offset = query.page.offset + page.events.size();
  // In the order of arrival more is always to come: the last page says where to ask again.
  if (page.more || query.page.ordering == Ordering::arrival) {
    const auto begin = query.page.after.value_or(Position{});
    const auto& position = page.events.empty() ? begin : page.events.back().position;
    urls.cursor = position.text(query.page.ordering);
  }
  if (page.more && !query.by_cursor && next_offset <= described::kMaxOffset) {
    urls.next = url("offset", fmt::format("{}", next_offset));
  } else if (urls.cursor) {
    urls.next = url("cursor", *urls.cursor);
  }
  if (!query.by_cursor && query.page.offset > 0) {
    const auto before = query.page.offset - std::min(query.page.offset, query.page.limit);
    urls.previous = url("offset", fmt::format("{}", before));
  }
  return urls;
}

/// Takes the events off the page, so that each is held once.
std::string page_body(const ListQuery& query, Page& page, const std::optional<Counts>& counts,
                      const Neighbours& urls) {
  std::string body = fmt::format(R"({{"limit":{},"offset":{},)", query.page.limit, query.page.offset);
  const std::string_view quote = query.page.numbers == events::NumberStyle::strings ? "\"" : "";
  body += counts ? fmt::format(R"("total_count":{0}{1}{0},"filtered_count":{0}{2}{0},)", quote, counts->total,
                               counts->filtered)
                 : R"("total_count":null,"filtered_count":null,)";
  body += fmt::format(R"("next":{},"previous":{},"results":[)", quoted_or_null(urls.next),
                      quoted_or_null(urls.previous));
  for (events::StoredEvent& event : page.events) {
    if (&event != &page.events.front()) body += ',';
    body += std::exchange(event.json, {});
  }
  body += "]}";
  return body;
}

/// Returns the id that the path names. Throws Error(event_not_found) if it is none.
EventId event_id_of(const http::Request& request) {
  const auto id = EventId::parse(request.path_parameters.at("event_id"));
  if (!id) throw history::event_not_found();
  return *id;
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

}  // namespace

void History::add_to(http::Router& router) {
  const auto handle = [this](Handler handler) {
    return [this, handler](Caller caller, Request request) {
      return (this->*handler)(std::move(caller), std::move(request));
    };
  };
  const auto add = [&](std::string path, http::Operation operation, api::Handler handler) {
    router.add({.method = "GET",
                .path = std::move(path),
                .operation = std::move(operation),
                .admit = parts_.admission.with(Permission::read_history, std::move(handler))});
  };
  // Browsers cannot send a header with an EventSource or a link. What they are led to from there must not see
  // the URL.
  const auto add_with_token = [&](std::string path, http::Operation operation, Permission permission,
                                  Handler handler) {
    operation.parameters.push_back({.name = std::string(kTokenParameter),
                                    .type = "string",
                                    .summary = "A viewer token, in place of the header."});
    router.add({.method = "GET",
                .path = std::move(path),
                .operation = std::move(operation),
                .admit = parts_.admission.with(permission, handle(handler), TokenPlace::in_header_or_query),
                .headers = {{"Referrer-Policy", "no-referrer"}}});
  };
  // An answer of these changes only with the tenant's events.
  const auto add_tagged = [&](std::string path, http::Operation operation, Handler handler) {
    add(std::move(path), std::move(operation), [this, handler](Caller caller, Request request) {
      return unless_unchanged(std::move(caller), std::move(request), handler);
    });
  };
  add_tagged("/api/history/events", described::list_events(), &History::list);
  add_tagged("/api/history/events/count-by", described::count_events(), &History::count_by);
  add("/api/history/export", described::export_events(), handle(&History::export_events));
  add_with_token("/api/history/tail", described::tail_events(), Permission::read_history, &History::tail);
  add_tagged("/api/history/events/{event_id}", described::get_event(), &History::show);
  add_with_token("/api/history/events/{event_id}/file", described::get_event_file(), Permission::read_files,
                 &History::file);
}

/// Answers with 304 if the client has what the handler would return. Clients ask for it with the tag of an
/// earlier answer. An answer changes only when the tenant's events do, so the engine is not asked. To a
/// viewer who may not see all of them the tag would tell of the others.
History::Response History::unless_unchanged(Caller caller, Request request, Handler handler) {
  const bool sees_all = !caller.table().visible;
  auto changes = sees_all ? parts_.changes.tag(caller.tenant->id) : std::nullopt;
  // With time, events pass their retention.
  const auto kept_from = caller.tenant->kept_from(text::now());
  if (changes && kept_from) *changes += fmt::format("-{}", kept_from->time_since_epoch().count());
  if (changes && wants_names(request)) {
    const auto names = co_await parts_.names.in_force(caller.tenant->id);
    *changes += fmt::format("-n{}", names->version);
  }
  // One URL has two answers, by this header.
  const std::string* numbers = request.header(kNumbersHeader);
  if (changes && numbers != nullptr && *numbers == "string") *changes += "-string";
  const auto coding = http::preferred_coding(request);
  const std::string tag = http::tag_in(coding, changes.value_or(""));
  const auto known = request.list_header("if-none-match");
  http::Response response;
  if (changes && known && *known != "*" && http::names_entity_tag(*known, tag)) {
    response.status = http::kNotModified;
  } else {
    response = co_await (this->*handler)(std::move(caller), std::move(request));
  }
  response = compression_.in(coding, std::move(response));
  if (!changes) co_return response;
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Cache-Control", "private, no-cache");
  response.headers.emplace_back("Vary",
                                "X-Client-Id, X-Client-Secret, X-API-Key, Authorization, X-Annals-Numbers");
  co_return response;
}

/// Runs both queries at the same time, if both are wanted. Events that arrive in between are in both results.
awaitable<std::tuple<Page, std::optional<Counts>>> History::page_and_counts(EventsTable table,
                                                                            ListQuery query) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  const history::PageRequest& request = query.page;
  if (!query.count) {
    auto page = co_await parts_.history.page(std::move(table), request);
    co_return std::tuple(std::move(page), std::nullopt);
  }
  try {
    auto both = parts_.history.page(table, request) && parts_.history.count(table, request.filter);
    auto result = co_await std::move(both);
    auto& [page, counts] = result;
    const std::uint64_t shown = page.events.size() + (page.more ? 1 : 0);
    if (shown > 0 && !request.after) counts.raise_to(request.offset + shown);
    co_return std::tuple(std::move(page), counts);
  } catch (const boost::asio::multiple_exceptions& failures) {
    std::rethrow_exception(failures.first_exception());
  }
}

History::Response History::list(Caller caller, Request request) {
  const ListQuery query = read_list_query(request);
  auto table = co_await table_for(caller, wants_names(request));
  auto [page, counts] = co_await page_and_counts(std::move(table), query);
  if (page.events.empty() && query.page.after && query.page.ordering == Ordering::arrival) {
    const bool reached = co_await parts_.history.reaches(caller.table(), *query.page.after);
    if (!reached) refuse_cursor_ahead(request, false);
  }
  const Neighbours urls = neighbours_of(query, page, request, parts_.public_url());
  std::string body = page_body(query, page, counts, urls);
  http::Response response = held_json(std::move(body), std::move(page.share));
  if (urls.cursor) response.headers.emplace_back("X-Annals-Cursor", *urls.cursor);
  co_return response;
}

History::Response History::show(Caller caller, Request request) {
  history::PageRequest wanted{
      .filter = {.event_ids = {event_id_of(request)}}, .limit = 1, .numbers = read_event_query(request)};
  auto table = co_await table_for(std::move(caller), wants_names(request));
  auto page = co_await parts_.history.page(std::move(table), std::move(wanted));
  if (page.events.empty()) throw history::event_not_found();
  co_return held_json(std::move(page.events.front().json), std::move(page.share));
}

History::Response History::file(Caller caller, Request request) {
  const bool with_details = asks_for_details(request);
  const auto named = co_await parts_.history.find_file(caller.table(), event_id_of(request));
  if (!named) throw history::event_not_found();
  const auto& file_id = *named;
  if (!file_id) throw history::event_without_file();
  const files::TenantFile file{
      .owner = caller.tenant->id, .database = caller.tenant->database, .id = *file_id};
  const auto found = co_await parts_.attached_files.find(file);
  if (!found) throw files::file_not_found();

  const auto now = std::chrono::system_clock::now();
  const auto url = parts_.files.presign_download(file, url_time_for(caller, now), now);
  if (http::asks_for(request, "application/json")) {
    boost::json::object body{{"file_url", url}, {"file_id", file_id->text()}};
    if (with_details) {
      const auto facts = co_await parts_.history.find_file_facts(caller.table(), event_id_of(request));
      body["size"] = facts ? boost::json::value(facts->size) : nullptr;
      body["sha256"] = facts && !facts->sha256.empty() ? boost::json::value(facts->sha256) : nullptr;
    }
    co_return http::json(Status::ok, boost::json::serialize(body));
  }
  co_return http::Response{.status = kTemporaryRedirect, .headers = {{"Location", url}}};
}

/// Returns for how long a file's URL is valid: no longer than the viewer token that it is given for.
std::chrono::seconds History::url_time_for(const Caller& caller, files::Time now) const {
  if (!caller.viewer) return parts_.file_url_time;
  const auto left = std::chrono::floor<std::chrono::seconds>(caller.viewer->expires_at - now);
  return std::clamp(left, std::chrono::seconds(1), parts_.file_url_time);
}

History::Response History::count_by(Caller caller, Request request) {
  auto query = read_count_by_query(request);
  auto table = co_await table_for(std::move(caller), wants_names(request));
  if (query.time_zone) {
    const bool is_known = co_await parts_.history.is_time_zone(table, *query.time_zone);
    if (!is_known) refuse_time_zone(request);
  }
  auto groups = co_await parts_.history.count_by(std::move(table), std::move(query));
  std::string& rows = groups.lines;
  if (!rows.empty()) rows.pop_back();
  std::ranges::replace(rows, '\n', ',');
  co_return http::json(Status::ok, fmt::format(R"({{"results":[{}],"more":{}}})", rows, groups.more));
}

History::Response History::export_events(Caller caller, Request request) {
  auto query = read_export_query(request);
  const auto [extension, content_type] = type_of(query.format);
  const bool is_columnar = query.format == ExportFormat::parquet;
  auto place = parts_.exports.open(caller.tenant->id);
  // The client may have been refused from here on before it had a place that could be cut.
  auto table = co_await table_again(request, TokenPlace::in_header);
  auto stream = co_await parts_.history.export_all(std::move(table), std::move(query));
  http::Response response{
      .content_type = std::string(content_type),
      .headers = {{"Content-Disposition", fmt::format("attachment; filename=\"events.{}\"", extension)}},
      .body_parts = export_body(
          std::move(stream), [this, request] { return table_again(request, TokenPlace::in_header); },
          std::move(place))};
  // Parquet is compressed already.
  if (is_columnar) co_return response;
  co_return compression_.in(http::preferred_coding(request), std::move(response));
}

/// Returns the caller's table, with the names of ids that its answers are to have.
awaitable<EventsTable> History::table_for(Caller caller, bool with_names) {
  EventsTable table = caller.table();
  // The types of the audit trail are not the platform's.
  const bool is_trail = table.owner == audit::trail_id();
  if (with_names && !is_trail) table.names = co_await parts_.names.in_force(table.owner);
  co_return table;
}

/// Admits the client once more. Tails and exports last long: they ask again and again whether the client may
/// still read, so that those of a deleted tenant end.
awaitable<EventsTable> History::table_again(Request request, TokenPlace place, bool with_names) {
  auto caller = co_await parts_.admission.admit_again(Permission::read_history, request, place);
  auto table = co_await table_for(std::move(caller), with_names);
  co_return table;
}

History::Response History::tail(Caller caller, Request request) {
  auto query = read_tail_query(request);
  if (query.after) {
    const bool reached = co_await parts_.history.reaches(caller.table(), *query.after);
    if (!reached) refuse_cursor_ahead(request, true);
  }
  const ClientId owner = caller.tenant->id;
  auto place = parts_.tails.open(owner);
  auto table = [this, request, with_names = wants_names(request)] {
    return table_again(request, TokenPlace::in_header_or_query, with_names);
  };
  auto tail = std::make_unique<history::Tail>(
      history::Tail::Parts{.history = parts_.history, .changes = parts_.changes}, std::move(table),
      std::move(query.filter), query.numbers, query.after);
  if (!query.after) co_await tail->start_at_the_end();
  co_return http::Response{
      .content_type = "text/event-stream",
      .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
      .body_parts = tail_body(
          std::move(tail), [this, owner] { parts_.changes.note(owner); }, std::move(place)),
      .is_endless = true};
}

}  // namespace annals::api
