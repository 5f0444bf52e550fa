#include "history/history.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/rows.h"
#include "events/row.h"
#include "history/errors.h"
#include "history/export_sql.h"
#include "history/export_streams.h"
#include "history/filter_sql.h"
#include "tenants/errors.h"

namespace annals::history {
namespace {

using boost::asio::awaitable;
using engine::EngineError;
using events::EventsTable;
using events::NumberStyle;
using events::Ordering;
using events::Position;
using events::RowShape;

/// Rows are held together with the JSON that is made of them, and that together with the answer.
constexpr std::size_t kCopies = 2;

/// A page that takes too much memory is read again as one of so many times fewer events.
constexpr std::uint64_t kSmallerPage = 8;

/// Returns the ORDER BY of an ordering. ClickHouse sorts UUIDs by their second half; UUIDToNum gives their
/// bytes, which sort as their text does.
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

/// Returns the FORMAT clause of an export whose rows are turned into text here (`as_rows`) or by the engine.
std::string_view format_clause(ExportFormat format, bool as_rows) {
  if (as_rows) return "FORMAT RowBinary";
  return format == ExportFormat::csv ? "FORMAT CSV" : "";
}

/// Returns how the engine reads a page. A simple query takes 0.7 ms less with the older analyzer, a fifth of
/// the whole. With words, the newer one takes from their index which rows have them, unless it filters by
/// what is the newest so far, and then reads whole events for the rows of the page only: of 5,000 events
/// among 10 million in 0.16 s of processor time instead of 2.8 s.
std::string_view reading_of(const Conditions& conditions) {
  return conditions.look_for_words() ? ", use_top_k_dynamic_filtering = 0" : ", enable_analyzer = 0";
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
void add_events(Page& page, std::string_view rows, RowShape shape, const PageRequest& request,
                const events::NamesInForce* names) {
  std::size_t at = 0;
  while (at < rows.size()) {
    const auto row = events::read_row(rows, at, shape);
    page.more =
        !row || page.events.size() == request.limit || (at > request.max_bytes && !page.events.empty());
    if (page.more) break;
    page.events.push_back(events::stored_event(*row, request.numbers, names));
  }
}

}  // namespace

void Counts::raise_to(std::uint64_t seen) {
  filtered = std::max(filtered, seen);
  total = std::max(total, filtered);
}

std::string History::limits() const {
  return fmt::format(" SETTINGS max_memory_usage = {}, readonly = 2", settings_.max_memory_bytes);
}

awaitable<void> History::prepare(EventsTable table) {
  if (!settings_.before_reading) co_return;
  try {
    co_await settings_.before_reading(std::move(table));
  } catch (const EngineError& error) {
    rethrow(error);
  }
}

/// Runs a query on a tenant's table and returns its whole result. Without a time limit it has that of a page.
awaitable<std::string> History::ask(EventsTable table, std::string sql,
                                    std::vector<engine::Parameter> parameters,
                                    std::optional<std::chrono::milliseconds> time_limit) {
  co_await prepare(table);
  auto statement = table.statement(std::move(sql), std::move(parameters));
  statement.reader = table.owner;
  statement.time_limit = time_limit.value_or(settings_.time_limit);
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
      fmt::format("SELECT {} FROM {}{} ORDER BY {} LIMIT {} OFFSET {}{}{}, max_threads = 1 FORMAT RowBinary",
                  events::select_columns(shape), table.quoted(), conditions.where(),
                  order_of(request.ordering), request.limit + 1, request.offset, limits(),
                  reading_of(conditions)),
      std::move(conditions.parameters));
  statement.reader = table.owner;
  statement.time_limit = settings_.time_limit;
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
  add_events(page, rows, shape, request, table.names.get());
  co_return page;
}

awaitable<std::optional<std::optional<FileId>>> History::find_file(EventsTable table, EventId id) {
  Conditions conditions = conditions_of(table, {.event_ids = {id}});
  auto sql = fmt::format("SELECT file_id FROM {}{} LIMIT 1{}, enable_analyzer = 0 FORMAT TabSeparated",
                         table.quoted(), conditions.where(), limits());
  std::string text = co_await ask(std::move(table), std::move(sql), std::move(conditions.parameters));
  if (text.empty()) co_return std::nullopt;
  text.pop_back();  // the line break
  co_return FileId::parse(text);
}

awaitable<std::optional<events::FileFacts>> History::find_file_facts(EventsTable table, EventId id) {
  Conditions conditions = conditions_of(table, {.event_ids = {id}});
  auto sql = fmt::format("SELECT {} FROM {}{} LIMIT 1{}, enable_analyzer = 0 FORMAT TabSeparated",
                         events::file_facts_sql(), table.quoted(), conditions.where(), limits());
  std::string text = co_await ask(std::move(table), std::move(sql), std::move(conditions.parameters));
  if (!text.empty()) text.pop_back();  // the line break
  co_return events::read_file_facts(text);
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
  const auto numbers = engine::numbers_in(text, 2);
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
  const auto numbers = engine::numbers_in(text, 2);
  Counts counts{.total = numbers.at(0)};
  if (!total && moment) changes_.learn_total(owner, *moment, counts.total);
  counts.raise_to(numbers.at(1));
  co_return counts;
}

/// Counts groups whose ids are numbers. If some may be strings, it asks once more, for those too. The numbers
/// of strings are the greatest, so those of groups beyond the limit do not matter in either order.
awaitable<Groups> History::count_by(EventsTable table, CountByRequest request) {
  auto groups = co_await groups_of(table, request, GroupedIds::numbers);
  if (!groups) groups = co_await groups_of(std::move(table), request, GroupedIds::with_strings);
  if (!groups) throw std::logic_error("groups were read without the strings of their ids");
  co_return *std::move(groups);
}

awaitable<std::optional<Groups>> History::groups_of(EventsTable table, CountByRequest request,
                                                    GroupedIds ids) {
  Conditions conditions = conditions_of(table, request.filter);
  if (request.time_zone) conditions.parameters.push_back({"time_zone", *request.time_zone});
  // Times before 1970 and after 2106 need wider types.
  auto sql = groups_sql(table, request, conditions.where(), ids) + limits() +
             ", enable_extended_results_for_datetime_functions = 1 FORMAT RowBinary";
  const auto names = table.names;
  const auto rows = co_await ask(std::move(table), std::move(sql), std::move(conditions.parameters));
  co_return read_groups(rows, request, ids, names.get());
}

awaitable<bool> History::is_time_zone(EventsTable table, std::string name) {
  auto sql = "SELECT count() FROM system.time_zones WHERE time_zone = {name:String}" + limits();
  const auto count = co_await ask(std::move(table), std::move(sql), {{"name", std::move(name)}});
  co_return !count.starts_with('0');
}

awaitable<History::StringColumns> History::columns_with_strings(EventsTable table, Conditions conditions) {
  constexpr std::string_view kReadOnly = " SETTINGS readonly = 2";
  const auto where = conditions.where();
  auto sql = numbers_of_strings_sql(table, where).append(kReadOnly);
  auto text = co_await ask(table, std::move(sql), conditions.parameters, engine::kNoTimeLimit);
  const auto numbers = engine::numbers_in(text, 1 + events::kIdColumns.size());
  auto answers = std::vector(numbers.begin() + 1, numbers.end());
  if (std::ranges::any_of(answers, [](std::uint64_t may_have) { return may_have != 0; })) {
    sql = strings_sql(table, where).append(kReadOnly);
    text = co_await ask(std::move(table), std::move(sql), std::move(conditions.parameters),
                        engine::kNoTimeLimit);
    answers = engine::numbers_in(text, events::kIdColumns.size());
  }
  StringColumns result{.columns = {}, .last_arrival = numbers.at(0)};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i] != 0) result.columns.push_back(events::kIdColumns.at(i));
  }
  co_return result;
}

awaitable<std::unique_ptr<engine::ResultStream>> History::export_all(EventsTable table,
                                                                     ExportRequest request) {
  co_await prepare(table);
  Conditions conditions = conditions_of(table, request.filter);
  if (request.after) add_after(conditions, *request.after, Ordering::by_record);
  const bool is_document = request.format == ExportFormat::parquet;
  bool as_rows = request.format == ExportFormat::ndjson;
  std::vector<events::IdColumn> text_ids;
  if (is_document && request.numbers == NumberStyle::strings) {
    text_ids.assign(events::kIdColumns.begin(), events::kIdColumns.end());
  } else if (!as_rows) {
    auto found = co_await columns_with_strings(table, conditions);
    // The engine writes CSV faster, but one type of each column.
    as_rows = !is_document && !found.columns.empty();
    // Events that come later may have other strings.
    if (!as_rows) add_until(conditions, found.last_arrival);
    if (is_document) text_ids = std::move(found.columns);
  }
  auto columns = as_rows ? std::nullopt : std::optional(std::move(text_ids));
  auto statement =
      table.statement(export_sql(table, conditions.where(), columns, format_clause(request.format, as_rows),
                                 settings_.max_memory_bytes),
                      std::move(conditions.parameters));
  statement.reader = table.owner;
  statement.time_limit = engine::kNoTimeLimit;
  if (is_document) statement.document_format = "Parquet";
  try {
    auto stream = co_await table.engine.stream(std::move(statement));
    if (request.format == ExportFormat::ndjson) co_return json_lines(std::move(stream), request.numbers);
    if (is_document) co_return stream;
    co_return as_rows ? csv_lines(std::move(stream)) : with_csv_head(std::move(stream));
  } catch (const EngineError& error) {
    rethrow(error);
  }
}

}  // namespace annals::history
