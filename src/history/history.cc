#include "history/history.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/rows.h"
#include "events/row.h"
#include "history/errors.h"
#include "history/export_streams.h"
#include "history/filter_sql.h"
#include "tenants/errors.h"

namespace annals::history {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using events::EventsTable;
using events::Ordering;
using events::Position;
using events::RowShape;

/// Rows are held together with the JSON that is made of them, and that together with the answer.
constexpr std::size_t kCopies = 2;

/// A page that takes too much memory is read again as one of so many times fewer events.
constexpr std::uint64_t kSmallerPage = 8;

/// The event's time, rounded down to the second. ClickHouse itself would round it towards 1970.
constexpr std::string_view kWholeSeconds =
    "fromUnixTimestamp64Milli(toUnixTimestamp64Milli(event_time) - "
    "positiveModulo(toUnixTimestamp64Milli(event_time), 1000), 'UTC')";

/// Returns `"event_id","event_time",…`.
std::string csv_head() {
  std::string head;
  for (const events::Column& column : events::event_columns()) {
    head += fmt::format("{}\"{}\"", head.empty() ? "" : ",", column.name);
  }
  return head + "\r\n";
}

/// Returns the ORDER BY of an ordering. ClickHouse sorts UUIDs by their second half; UUIDToNum gives their
/// bytes, which sort as their text does. `by_record` does without it and keeps the table's order on
/// the disk.
std::string_view order_of(Ordering ordering) {
  switch (ordering) {
    case Ordering::newest_first:
      return "event_time DESC, UUIDToNum(event_id) DESC";
    case Ordering::oldest_first:
      return "event_time, UUIDToNum(event_id)";
    case Ordering::arrival:
      return "arrival";
    case Ordering::by_record:
      return "record_id, event_time, event_id";
  }
  return "";
}

/// Throws the error; if the table is gone Error(unknown_client), and if the query is too costly
/// Error(query_too_costly).
[[noreturn]] void rethrow(const EngineError& error) {
  if (error.is_too_costly()) throw query_too_costly(error.what());
  if (events::is_table_gone(error)) throw tenants::unknown_client();
  throw error;
}

/// Adds the beginning of a result to a page. The result may hold one row more than the limit. That row, or
/// bytes that were cut off, show that more events follow.
void add_events(Page& page, std::string_view rows, RowShape shape, const PageRequest& request) {
  std::size_t at = 0;
  while (at < rows.size()) {
    const auto row = events::read_row(rows, at, shape);
    page.more =
        !row || page.events.size() == request.limit || (at > request.max_bytes && !page.events.empty());
    if (page.more) break;
    page.events.push_back(events::stored_event(*row));
  }
}

}  // namespace

void Counts::raise_to(std::uint64_t seen) {
  filtered = std::max(filtered, seen);
  total = std::max(total, filtered);
}

std::string History::limits() const {
  return fmt::format(" SETTINGS max_execution_time = {}, max_memory_usage = {}, readonly = 2",
                     std::chrono::duration<double>(settings_.time_limit).count(), settings_.max_memory_bytes);
}

awaitable<void> History::prepare(EventsTable table) {
  if (!settings_.before_reading) co_return;
  try {
    co_await settings_.before_reading(std::move(table));
  } catch (const EngineError& error) {
    rethrow(error);
  }
}

/// Runs a query on a tenant's table and returns its whole result.
awaitable<std::string> History::ask(EventsTable table, std::string sql,
                                    std::vector<engine::Parameter> parameters) {
  co_await prepare(table);
  auto statement = table.statement(std::move(sql), std::move(parameters));
  statement.reader = table.owner;
  try {
    auto text = co_await table.engine.query(std::move(statement));
    co_return text;
  } catch (const EngineError& error) {
    rethrow(error);
  }
}

awaitable<Page> History::page(EventsTable table, PageRequest request) {
  co_await prepare(table);
  request.max_bytes = std::min(request.max_bytes, settings_.max_page_bytes);
  while (true) {
    try {
      auto page = co_await read_page(table, request);
      co_return page;
    } catch (const EngineError& error) {
      // The engine sorts whole events, which may be very large. A smaller page is one that ends early.
      if (!error.takes_too_much_memory() || request.limit == 1) rethrow(error);
      request.limit = std::max<std::uint64_t>(1, request.limit / kSmallerPage);
    }
  }
}

/// Throws EngineError as the engine does.
awaitable<Page> History::read_page(EventsTable table, PageRequest request) {
  Conditions conditions = conditions_of(table, request.filter);
  if (request.after) add_after(conditions, *request.after, request.ordering);
  const RowShape shape = request.ordering == Ordering::arrival ? RowShape::with_arrival : RowShape::event;
  auto statement = table.statement(
      // The older analyzer takes about 0.7 ms less for such a simple query, a fifth of the whole.
      fmt::format("SELECT {} FROM {}{} ORDER BY {} LIMIT {} OFFSET {} FORMAT RowBinary{}, enable_analyzer = "
                  "0, max_threads = 1",
                  events::select_columns(shape), table.quoted(), conditions.where(),
                  order_of(request.ordering), request.limit + 1, request.offset, limits()),
      std::move(conditions.parameters));
  statement.reader = table.owner;
  Page page{.events = {}, .share = {answers_, table.owner}};
  std::string rows;
  std::optional<Error> refusal;
  const auto keep = [&](const std::string& part) {
    refusal = page.share.take(kCopies * part.size());
    if (refusal) return false;
    rows += part;
    if (rows.size() <= request.max_bytes) return true;
    std::size_t at = 0;  // the first event may be larger, and may not have arrived as a whole
    return !events::read_row(rows, at, shape);
  };
  co_await table.engine.scan(std::move(statement), keep);
  if (refusal) throw *std::move(refusal);
  add_events(page, rows, shape, request);
  co_return page;
}

awaitable<std::optional<std::optional<FileId>>> History::find_file(EventsTable table, EventId id) {
  Conditions conditions = conditions_of(table, {.event_ids = {id}});
  auto sql = fmt::format("SELECT file_id FROM {}{} LIMIT 1 FORMAT TabSeparated{}, enable_analyzer = 0",
                         table.quoted(), conditions.where(), limits());
  std::string text = co_await ask(std::move(table), std::move(sql), std::move(conditions.parameters));
  if (text.empty()) co_return std::nullopt;
  text.pop_back();  // the line break
  co_return FileId::parse(text);
}

awaitable<bool> History::names_file(EventsTable table, FileId file) {
  Conditions conditions = conditions_of(table, {});
  conditions.sql.emplace_back("file_id = {file:UUID}");
  conditions.parameters.push_back({"file", file.text()});
  auto sql = fmt::format("SELECT count() FROM (SELECT 1 FROM {}{} LIMIT 1){}", table.quoted(),
                         conditions.where(), limits());
  const auto count = co_await ask(std::move(table), std::move(sql), std::move(conditions.parameters));
  co_return std::stoull(count) > 0;
}

awaitable<Position> History::last_position(EventsTable table) {
  Conditions conditions = conditions_of(table, {});
  auto sql = fmt::format("SELECT max(arrival) FROM {}{}{}", table.quoted(), conditions.where(), limits());
  const auto highest = co_await ask(std::move(table), std::move(sql), std::move(conditions.parameters));
  co_return Position{.arrival = std::stoull(highest)};
}

awaitable<bool> History::reaches(EventsTable table, Position position) {
  // A reader who may not see everything could otherwise find out how many events there are besides. A cursor
  // that comes from another reader may lie ahead of all that this one may see.
  if (position.arrival == 0 || table.visible) co_return true;
  auto sql =
      fmt::format("SELECT count() FROM (SELECT 1 FROM {} WHERE arrival >= {{arrival:UInt64}} LIMIT 1){}",
                  table.quoted(), limits());
  const auto any =
      co_await ask(std::move(table), std::move(sql), {{"arrival", fmt::format("{}", position.arrival)}});
  co_return any.starts_with('1');
}

/// Counts the events that the reader of the table sees, as the tenant's, and those of the filter.
awaitable<Counts> History::count_visible(EventsTable table, Filter filter) {
  const Conditions visible = conditions_of(table, {});
  Conditions filtered = conditions_of(table, filter);
  auto sql = fmt::format("SELECT (SELECT count() FROM {0}{1}), count() FROM {0}{2}{3}", table.quoted(),
                         visible.where(), filtered.where(), limits());
  const auto text = co_await ask(std::move(table), std::move(sql), std::move(filtered.parameters));
  const auto numbers = engine::numbers_in(text);
  Counts counts{.total = numbers.at(0)};
  counts.raise_to(numbers.at(1));
  co_return counts;
}

awaitable<Counts> History::count(EventsTable table, Filter filter) {
  // The table may still have what is past its retention.
  if (table.visible || table.kept_from) {
    auto visible = co_await count_visible(std::move(table), std::move(filter));
    co_return visible;
  }
  Conditions conditions = conditions_of(table, filter);
  const ClientId owner = table.owner;
  const auto total = changes_.total(owner);
  if (total && conditions.sql.empty()) co_return Counts{.total = *total, .filtered = *total};
  const auto moment = changes_.quiet_moment(owner);
  const std::string all =
      total ? fmt::format("{}", *total) : fmt::format("(SELECT count() FROM {})", table.quoted());
  auto sql = fmt::format("SELECT {}, count() FROM {}{}{}", all, table.quoted(), conditions.where(), limits());
  const auto text = co_await ask(std::move(table), std::move(sql), std::move(conditions.parameters));
  const auto numbers = engine::numbers_in(text);
  Counts counts{.total = numbers.at(0)};
  if (!total && moment) changes_.learn_total(owner, *moment, counts.total);
  counts.raise_to(numbers.at(1));
  co_return counts;
}

awaitable<Groups> History::count_by(EventsTable table, CountByRequest request) {
  Conditions conditions = conditions_of(table, request.filter);
  std::vector<std::string> keys;
  std::vector<std::string> shown;
  std::vector<std::string> order;
  if (request.most_first) order.emplace_back("n DESC");
  if (request.bucket) {
    keys.push_back(
        fmt::format("toStartOfInterval({}, INTERVAL 1 {}, 'UTC') AS bucket", kWholeSeconds, *request.bucket));
    shown.emplace_back("concat(formatDateTime(bucket, '%Y-%m-%dT%H:%i:%S', 'UTC'), 'Z') AS time");
    order.emplace_back("bucket");
  }
  for (const std::string& column : request.columns) {
    keys.push_back(column);
    shown.push_back(column);
    order.push_back(column);
  }
  auto sql = fmt::format(
      "SELECT {}, n AS count FROM (SELECT {}, count() AS n FROM {}{} GROUP BY ALL ORDER BY {} LIMIT {}) "
      "FORMAT JSONEachRow{}, output_format_json_quote_64bit_integers = 0, "
      // Times before 1970 and after 2106 need wider types.
      "enable_extended_results_for_datetime_functions = 1",
      fmt::join(shown, ", "), fmt::join(keys, ", "), table.quoted(), conditions.where(),
      fmt::join(order, ", "), request.limit + 1, limits());
  Groups groups{.lines = co_await ask(std::move(table), std::move(sql), std::move(conditions.parameters))};
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(groups.lines, '\n'));
  groups.more = lines > request.limit;
  if (groups.more) groups.lines.resize(groups.lines.rfind('\n', groups.lines.size() - 2) + 1);
  co_return groups;
}

awaitable<std::unique_ptr<engine::ResultStream>> History::export_all(EventsTable table,
                                                                     ExportRequest request) {
  co_await prepare(table);
  Conditions conditions = conditions_of(table, request.filter);
  if (request.after) add_after(conditions, *request.after, Ordering::by_record);
  const bool as_json = request.format == ExportFormat::ndjson;
  const bool as_csv = request.format == ExportFormat::csv;
  auto statement = table.statement(
      // In the order of the table its parts are merged while they are read, so that only one block of each
      // part is held in memory. For the same reason blocks are small, and none is read in advance.
      fmt::format(
          "SELECT {} FROM {}{} ORDER BY {} SETTINGS max_execution_time = 0, max_memory_usage = {}, "
          "readonly = 2, max_threads = 1, optimize_read_in_order = 1, read_in_order_use_buffering = 0, "
          "max_block_size = 2048, date_time_output_format = 'iso', format_csv_null_representation = '', "
          "output_format_csv_crlf_end_of_line = 1, "  // RFC 4180
          "output_format_parquet_row_group_size = 32768, output_format_parquet_parallel_encoding = 0 {}",
          events::select_columns(RowShape::event), table.quoted(), conditions.where(),
          order_of(Ordering::by_record), settings_.max_memory_bytes,
          as_json  ? "FORMAT RowBinary"
          : as_csv ? "FORMAT CSV"
                   : ""),
      std::move(conditions.parameters));
  statement.reader = table.owner;
  if (request.format == ExportFormat::parquet) statement.document_format = "Parquet";
  try {
    auto stream = co_await table.engine.stream(std::move(statement));
    if (as_json) co_return json_lines(std::move(stream));
    if (as_csv) co_return with_head(csv_head(), std::move(stream));
    co_return stream;
  } catch (const EngineError& error) {
    rethrow(error);
  }
}

}  // namespace annals::history
