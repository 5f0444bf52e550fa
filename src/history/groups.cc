#include "history/groups.h"

#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/row_reader.h"
#include "events/row.h"
#include "events/string_ids.h"

namespace annals::history {
namespace {

using events::IdColumn;
using events::NumberStyle;

/// The event's time, rounded down to the second. ClickHouse itself would round it towards 1970.
constexpr std::string_view kWholeSeconds =
    "fromUnixTimestamp64Milli(toUnixTimestamp64Milli(event_time) - "
    "positiveModulo(toUnixTimestamp64Milli(event_time), 1000), 'UTC')";

/// The beginning of a bucket as people there write it, with its distance from UTC. A bucket of days and
/// longer ones is a date, which begins at the first moment of that day there.
constexpr std::string_view kLocalTime =
    "concat(formatDateTime((toDateTime64(bucket, 0, {time_zone:String}) AS begin), '%Y-%m-%dT%H:%i:%S', "
    "{time_zone:String}), substring((formatDateTime(begin, '%z', {time_zone:String}) AS distance), 1, 3), "
    "':', "
    "substring(distance, 4)) AS time";

/// The id of a group.
struct GroupId {
  std::uint64_t number = 0;
  std::string_view string;  // empty: it is an integer

  [[nodiscard]] bool may_be_string(IdColumn column) const { return number >= least_of_strings(column); }

  void append_json(std::string& text, NumberStyle style) const {
    if (style == NumberStyle::numbers) {
      text += string.empty() ? fmt::format("{}", number) : std::string();
      if (!string.empty()) append_id_json(text, string);
      return;
    }
    append_id_json(text, notation());
  }

  [[nodiscard]] std::string notation() const {
    if (string.empty()) return fmt::format("{}", number);
    std::string text;
    append_id_notation(text, string);
    return text;
  }
};

/// Returns null for records, which have no names.
std::string* place_in(events::NamedIds& ids, IdColumn column) {
  switch (column) {
    case IdColumn::event_type_id:
      return &ids.event_type;
    case IdColumn::source_type_id:
      return &ids.source_type;
    case IdColumn::source_id:
      return &ids.source;
    case IdColumn::record_id:
      break;
  }
  return nullptr;
}

/// Reads the rows of one result into lines.
class GroupReader {
 public:
  GroupReader(std::string_view rows, const CountByRequest& request, GroupedIds ids,
              const events::NamesInForce* names)
      : reader_(rows), request_(request), ids_(ids), names_(names) {}

  [[nodiscard]] bool at_end() const { return reader_.at_end(); }
  /// Returns whether an id that was read as a number may be a string.
  [[nodiscard]] bool may_have_strings() const { return may_have_strings_; }

  void append_line(std::string& lines) {
    lines += '{';
    if (request_.bucket) lines += fmt::format(R"("time":"{}",)", reader_.string());
    events::NamedIds named;
    for (const IdColumn column : request_.columns) append_id(lines, column, named);
    const auto count = reader_.integer<std::uint64_t>();
    const std::string_view quote = request_.numbers == NumberStyle::strings ? "\"" : "";
    lines += fmt::format("\"count\":{0}{1}{0}", quote, count);
    if (names_ != nullptr) {
      lines += ',';
      append_names(lines, *names_, named);
    }
    lines += "}\n";
    if (!reader_.whole()) throw std::logic_error("the engine's rows end in the middle of one");
  }

 private:
  void append_id(std::string& lines, IdColumn column, events::NamedIds& named) {
    GroupId id{.number = reader_.integer<std::uint64_t>(), .string = {}};
    if (ids_ == GroupedIds::with_strings) {
      id.string = reader_.string();
    } else if (id.may_be_string(column)) {
      may_have_strings_ = true;
    }
    lines += fmt::format(R"("{}":)", name_of(column));
    id.append_json(lines, request_.numbers);
    lines += ',';
    if (std::string* place = place_in(named, column)) *place = id.notation();
  }

  engine::RowReader reader_;
  const CountByRequest& request_;
  GroupedIds ids_;
  const events::NamesInForce* names_;
  bool may_have_strings_ = false;
};

}  // namespace

std::string groups_sql(const events::EventsTable& table, const CountByRequest& request,
                       const std::string& where, GroupedIds ids) {
  std::vector<std::string> keys;
  std::vector<std::string> shown;
  std::vector<std::string> order;
  if (request.most_first) order.emplace_back("n DESC");
  if (request.bucket) {
    const std::string_view zone = request.time_zone ? "{time_zone:String}" : "'UTC'";
    keys.push_back(fmt::format("toStartOfInterval({}, INTERVAL 1 {}, {}) AS bucket", kWholeSeconds,
                               *request.bucket, zone));
    shown.emplace_back(request.time_zone
                           ? kLocalTime
                           : "concat(formatDateTime(bucket, '%Y-%m-%dT%H:%i:%S', 'UTC'), 'Z') AS time");
    order.emplace_back("bucket");
  }
  for (const IdColumn column : request.columns) {
    const std::string_view name = name_of(column);
    keys.emplace_back(name);
    shown.push_back(fmt::format("toUInt64({})", name));
    if (ids == GroupedIds::with_strings) {
      // Integers come first: their strings are empty. Strings follow in the order of their bytes, which is
      // that of their code points.
      keys.push_back(fmt::format("{} AS {}_string", string_sql(column), name));
      shown.push_back(fmt::format("{}_string", name));
      order.push_back(fmt::format("{}_string", name));
    }
    order.emplace_back(name);
  }
  return fmt::format(
      "SELECT {}, n FROM (SELECT {}, count() AS n FROM {}{} GROUP BY ALL ORDER BY {} LIMIT {})",
      fmt::join(shown, ", "), fmt::join(keys, ", "), table.quoted(), where, fmt::join(order, ", "),
      request.limit + 1);
}

std::optional<Groups> read_groups(std::string_view rows, const CountByRequest& request, GroupedIds ids,
                                  const events::NamesInForce* names) {
  Groups groups;
  GroupReader reader(rows, request, ids, names);
  for (std::uint64_t count = 0; !reader.at_end(); ++count) {
    groups.more = count == request.limit;
    std::string left_out;
    reader.append_line(groups.more ? left_out : groups.lines);
  }
  if (reader.may_have_strings()) return std::nullopt;
  return groups;
}

}  // namespace annals::history
