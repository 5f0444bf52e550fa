#include "api/history.h"

#include <tuple>

#include <fmt/format.h>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>

#include "api/history_query.h"
#include "error.h"
#include "history/tail.h"
#include "ids/file_id.h"
#include "ids/uuid.h"

namespace annals::api {
namespace {

using boost::asio::awaitable;
using events::EventsTable;
using events::Ordering;
using events::Position;
using history::CountBy;
using history::Counts;
using history::EventStream;
using history::ExportFormat;
using history::ExportRequest;
using history::HistoryFilter;
using history::Page;
using history::PageRequest;
using http::Request;
using http::Response;
using http::Status;

constexpr std::int64_t kMaxGroups = 10'000;
constexpr std::int64_t kDefaultGroups = 1000;
constexpr int kTemporaryRedirect = 307;
constexpr std::size_t kMaxEventDepth = 1024;  // more than the decoder lets in

std::string quoted_or_null(const std::optional<std::string>& text) {
  return text ? boost::json::serialize(boost::json::string(*text)) : "null";
}

/// Whatever comes part by part from a next() of its own, as the body of a response.
template <class Source>
class StreamedBody final : public http::BodyParts {
 public:
  explicit StreamedBody(std::unique_ptr<Source> source) : source_(std::move(source)) {}
  awaitable<std::optional<std::string>> next() override { return source_->next(); }

 private:
  std::unique_ptr<Source> source_;
};

/// The one answer that says where a page ends and the next begins.
std::string envelope(const ListQuery& query, const Page& page, const std::optional<Counts>& counts,
                     const Request& request, const std::string& base) {
  std::optional<std::string> next;
  std::optional<std::string> previous;
  const bool arrival = query.page.ordering == Ordering::arrival;
  if (query.by_cursor && (page.more || arrival)) {
    // In the order of arrival there is always more to come: the last page says where to ask again.
    const auto begin = query.page.after.value_or(Position{});
    const auto& position = page.rows.empty() ? begin : page.rows.back().position;
    next = base + with_parameter(request, "cursor", position.text(query.page.ordering));
  } else if (page.more && query.page.offset + page.rows.size() <= kMaxOffset) {
    next = base + with_parameter(request, "offset", fmt::format("{}", query.page.offset + page.rows.size()));
  } else if (page.more) {
    next = base + with_parameter(request, "cursor", page.rows.back().position.text(query.page.ordering));
  }
  if (!query.by_cursor && query.page.offset > 0) {
    const auto before = query.page.offset - std::min(query.page.offset, query.page.limit);
    previous = base + with_parameter(request, "offset", fmt::format("{}", before));
  }
  std::string body = fmt::format(R"({{"limit":{},"offset":{},)", query.page.limit, query.page.offset);
  body += counts ? fmt::format(R"("total_count":{},"filtered_count":{},)", counts->total, counts->filtered)
                 : R"("total_count":null,"filtered_count":null,)";
  body +=
      fmt::format(R"("next":{},"previous":{},"results":[)", quoted_or_null(next), quoted_or_null(previous));
  for (const Page::Row& row : page.rows) {
    if (&row != &page.rows.front()) body += ',';
    body += row.json;
  }
  body += "]}";
  return body;
}

/// Where a tail goes on: after the event that a reconnecting client saw last, or where its first request
/// says.
std::optional<Position> read_start(http::QueryFields& fields, const Request& request) {
  const auto cursor = fields.text("cursor");
  const std::string* last_id = request.header("last-event-id");
  const std::string text = last_id != nullptr ? *last_id : cursor.value_or("");
  auto position = Position::parse(text, Ordering::arrival);
  if (position || text.empty()) return position;
  if (last_id != nullptr) {
    fields.note_header("last-event-id", "invalid cursor", "value_error.cursor");
  } else {
    fields.note("cursor", "invalid cursor", "value_error.cursor");
  }
  return std::nullopt;
}

HistoryFilter only(const Uuid& id) {
  return {.event_ids = {id}};
}

}  // namespace

void HistoryHandlers::add_to(http::Router& router) {
  const auto add = [&](std::string path, http::Handler handler) {
    router.add({.method = "GET",
                .path = std::move(path),
                .access = http::Access::guarded,
                .handler = std::move(handler),
                .guard = parts_.access.guard});
  };
  add("/api/history/events", [this](Request request) { return list(std::move(request)); });
  add("/api/history/events/count-by", [this](Request request) { return count_by(std::move(request)); });
  add("/api/history/export", [this](Request request) { return export_events(std::move(request)); });
  add("/api/history/tail", [this](Request request) { return tail(std::move(request)); });
  add("/api/history/events/{event_id}", [this](Request request) { return show(std::move(request)); });
  add("/api/history/events/{event_id}/file", [this](Request request) { return file(std::move(request)); });
}

/// Both at the same time.
awaitable<std::tuple<Page, Counts>> HistoryHandlers::page_and_counts(EventsTable table, PageRequest request) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  try {
    auto both = parts_.history.page(table, request) && parts_.history.count(table, request.filter);
    auto result = co_await std::move(both);
    co_return result;
  } catch (const boost::asio::multiple_exceptions& failures) {
    std::rethrow_exception(failures.first_exception());
  }
}

awaitable<Response> HistoryHandlers::list(Request request) {
  const ListQuery query = read_list_query(request);
  const auto table = co_await parts_.access.table_of(request);
  std::optional<Counts> counts;
  Page page;
  if (query.count) {
    std::tie(page, counts) = co_await page_and_counts(table, query.page);
  } else {
    page = co_await parts_.history.page(table, query.page);
  }
  co_return http::json(Status::ok, envelope(query, page, counts, request, parts_.public_url()));
}

/// The event that the path names, as JSON.
awaitable<std::string> HistoryHandlers::find(EventsTable table, Request request) {
  const auto id = parse_uuid(request.path_parameters.at("event_id"));
  Page page;
  if (id) page = co_await parts_.history.page(std::move(table), {.filter = only(*id), .limit = 1});
  if (page.rows.empty()) throw Error(ErrorCode::event_not_found, "Event not found.");
  co_return page.rows.front().json;
}

awaitable<Response> HistoryHandlers::show(Request request) {
  auto table = co_await parts_.access.table_of(request);
  auto event = co_await find(std::move(table), std::move(request));
  co_return http::json(Status::ok, std::move(event));
}

awaitable<Response> HistoryHandlers::file(Request request) {
  const auto table = co_await parts_.access.table_of(request);
  const auto event = co_await find(table, request);
  const auto document = boost::json::parse(event, {}, {.max_depth = kMaxEventDepth});
  const auto* named = document.as_object().if_contains("file_id");
  const auto id = named != nullptr && named->is_string() ? FileId::parse(named->as_string()) : std::nullopt;
  if (!id) throw Error(ErrorCode::event_not_found, "Event has no file.");
  const auto found = co_await parts_.files.find(table.database, *id);
  if (!found) throw Error(ErrorCode::file_not_found, "File not found.");

  const auto url = parts_.files.presign_download(table.database, *id, parts_.file_url_valid_for,
                                                 std::chrono::system_clock::now());
  const std::string* accept = request.header("accept");
  if (accept != nullptr && accept->contains("application/json")) {
    const boost::json::object body{{"file_url", url}, {"file_id", id->text()}};
    co_return http::json(Status::ok, boost::json::serialize(body));
  }
  co_return Response{.status = kTemporaryRedirect, .headers = {{"Location", url}}};
}

awaitable<Response> HistoryHandlers::count_by(Request request) {
  http::QueryFields fields(request);
  CountBy wish{.filter = read_filter(fields)};
  wish.bucket = fields.one_of("bucket", {"minute", "hour", "day", "week", "month"});
  for (std::string& column : fields.texts("by")) {
    const bool known = column == "event_type_id" || column == "source_type_id" || column == "source_id" ||
                       column == "record_id";
    const bool again = std::ranges::find(wish.columns, column) != wish.columns.end();
    if (!known) {
      fields.note("by",
                  "value is not a valid enumeration member; permitted: 'event_type_id', 'source_type_id', "
                  "'source_id', 'record_id'",
                  "type_error.enum");
    } else if (!again) {
      wish.columns.push_back(std::move(column));
    }
  }
  if (!wish.bucket && wish.columns.empty()) wish.bucket = "day";
  wish.limit = static_cast<std::uint64_t>(
      fields.integer("limit", {.min = 1, .max = kMaxGroups, .fallback = kDefaultGroups}));
  fields.forbid_others();
  fields.check();

  auto table = co_await parts_.access.table_of(request);
  std::string rows = co_await parts_.history.count_by(std::move(table), std::move(wish));
  if (!rows.empty()) rows.pop_back();
  std::ranges::replace(rows, '\n', ',');
  co_return http::json(Status::ok, fmt::format(R"({{"results":[{}]}})", rows));
}

awaitable<Response> HistoryHandlers::export_events(Request request) {
  http::QueryFields fields(request);
  ExportRequest wish{.filter = read_filter(fields)};
  const auto name = fields.one_of("format", {"ndjson", "csv", "parquet"}).value_or("ndjson");
  const auto after = fields.text("after");
  if (after) wish.after = Position::parse(*after, Ordering::by_record);
  if (after && !wish.after) fields.note("after", "invalid cursor", "value_error.cursor");
  fields.forbid_others();
  fields.check();
  wish.format = name == "csv"       ? ExportFormat::csv
                : name == "parquet" ? ExportFormat::parquet
                                    : ExportFormat::ndjson;
  const std::string_view type = name == "csv"       ? "text/csv; charset=utf-8"
                                : name == "parquet" ? "application/vnd.apache.parquet"
                                                    : "application/x-ndjson";
  auto table = co_await parts_.access.table_of(request);
  auto stream = co_await parts_.history.export_all(std::move(table), std::move(wish));
  co_return Response{
      .content_type = std::string(type),
      .headers = {{"Content-Disposition", fmt::format("attachment; filename=\"events.{}\"", name)}},
      .body_parts = std::make_shared<StreamedBody<engine::ResultStream>>(std::move(stream))};
}

awaitable<Response> HistoryHandlers::tail(Request request) {
  http::QueryFields fields(request);
  auto filter = read_filter(fields);
  const auto after = read_start(fields, request);
  fields.forbid_others();
  fields.check();
  // Each round asks again whether the client may still read: a deleted tenant's tail ends.
  auto table = [access = parts_.access, request] { return access.table_of(request); };
  auto stream = std::make_unique<EventStream>(parts_.history, std::move(table), std::move(filter), after);
  if (!after) co_await stream->start_at_the_end();
  co_return Response{.content_type = "text/event-stream",
                     .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
                     .body_parts = std::make_shared<StreamedBody<EventStream>>(std::move(stream))};
}

}  // namespace annals::api
