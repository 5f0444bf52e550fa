#include "lanes/stored_ids.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "crypto/digest.h"
#include "engine/rows.h"
#include "events/file_facts.h"
#include "events/string_ids.h"

namespace annals::lanes {
namespace {

/// Ids per query: with a remote engine they travel in a URL, in a field of 128 KiB at most (the server's
/// http_max_field_value_size).
constexpr std::size_t kIdsPerQuery = 2048;

/// Divides ids into parts that one statement can hold.
std::vector<std::span<const EventId>> parts_of(std::span<const EventId> ids) {
  std::vector<std::span<const EventId>> parts;
  for (std::size_t from = 0; from < ids.size(); from += kIdsPerQuery) {
    parts.push_back(ids.subspan(from, std::min(kIdsPerQuery, ids.size() - from)));
  }
  return parts;
}

/// How the attributes of a CloudEvent begin, which stand last among the other fields.
constexpr std::string_view kAttributes = R"("cloudevent":{)";

/// Returns the other fields without these attributes, and without the last character, which depends on them.
std::string_view fields_of_data(std::string_view other_fields) {
  const std::string_view fields = other_fields.substr(0, other_fields.find(kAttributes));
  return fields.substr(0, std::max<std::size_t>(fields.size(), 1) - 1);
}

/// Returns the text that digest_of() hashes, in SQL. Neither JSON nor an id contains a NUL.
std::string content_in_sql() {
  const auto fields = fmt::format("splitByString('{}', {})[1]", kAttributes, events::kept_fields_sql());
  // Without the facts of the file: the same event may come again when the file is there, or has gone.
  const auto string_ids = events::string_ids_sql();
  return fmt::format(
      "concat(toString(event_type_id), ' ', toString(record_id), ' ', toString(source_type_id), ' ', "
      "toString(source_id), ' ', ifNull(toString(file_id), ''), {1}, '\\0', translate(event_data, "
      "'\\r\\n', '  '), '\\0', translate(left({0}, greatest(length({0}), 1) - 1), '\\r\\n', '  '))",
      fields, string_ids);
}

/// Reads a row of find_stored(): event_id, event_time in milliseconds, commit and digest, divided by tabs.
void add_row(std::map<EventId, StoredContent>& found, std::string_view line) {
  std::array<std::string_view, 4> fields{};
  for (std::string_view& field : fields) {
    field = line.substr(0, line.find('\t'));
    line.remove_prefix(std::min(field.size() + 1, line.size()));
  }
  const auto [event_id, event_time, commit, digest] = fields;
  const auto id = EventId::parse(event_id);
  if (!id) return;
  std::int64_t milliseconds = 0;
  std::from_chars(event_time.begin(), event_time.end(), milliseconds);
  StoredContent content{.event_time = Timestamp(std::chrono::milliseconds(milliseconds)),
                        .digest = std::string(digest)};
  std::from_chars(commit.begin(), commit.end(), content.commit);
  // The first of several rows in the order of arrival counts.
  found.try_emplace(*id, std::move(content));
}

}  // namespace

bool StoredContent::is_of(const events::Event& event) const {
  const bool same_time = event.time_is_arrival || event.event_time == event_time;
  return same_time && digest == digest_of(event);
}

std::string digest_of(const events::Event& event) {
  std::string text =
      fmt::format("{} {} {} {} {}{}", event.event_type_id, event.record_id, event.source_type_id,
                  event.source_id, event.file_id ? event.file_id->text() : std::string(), event.string_ids);
  text.reserve(text.size() + memory_of(event));
  text.append(1, '\0').append(event.event_data).append(1, '\0').append(fields_of_data(event.other_fields));
  std::ranges::replace(text, '\r', ' ');
  std::ranges::replace(text, '\n', ' ');
  return crypto::sha256_hex(text);
}

boost::asio::awaitable<std::map<EventId, StoredContent>> find_stored(events::EventsTable table,
                                                                     std::vector<EventId> ids) {
  std::map<EventId, StoredContent> found;
  for (const auto part : parts_of(ids)) {
    auto statement = table.statement(
        fmt::format(
            "SELECT event_id, toUnixTimestamp64Milli(event_time), commit, lower(hex(SHA256({}))) FROM {} "
            "PREWHERE event_id IN {{ids:Array(UUID)}} ORDER BY arrival",
            content_in_sql(), table.quoted()),
        {{"ids", engine::uuid_array(part)}});
    const auto text = co_await table.engine.query(std::move(statement));
    engine::for_each_line(text, [&](std::string_view line) { add_row(found, line); });
  }
  if (!found.empty()) co_await table.engine.make_durable();
  co_return found;
}

}  // namespace annals::lanes
