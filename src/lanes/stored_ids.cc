#include "lanes/stored_ids.h"

#include <algorithm>
#include <span>
#include <string>

#include <fmt/format.h>

#include "engine/rows.h"

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

/// Returns the ids as the value of a parameter of the type Array(UUID).
std::string array_of(std::span<const EventId> ids) {
  std::string text = "[";
  for (const EventId& id : ids) {
    if (text.size() > 1) text += ',';
    text += '\'';
    append_uuid(text, id.uuid());
    text += '\'';
  }
  return text + "]";
}

}  // namespace

boost::asio::awaitable<std::vector<EventId>> find_stored(events::EventsTable table,
                                                         std::vector<EventId> ids) {
  std::vector<EventId> found;
  for (const auto part : parts_of(ids)) {
    auto statement = table.statement(
        fmt::format("SELECT DISTINCT event_id FROM {} WHERE event_id IN {{ids:Array(UUID)}}", table.quoted()),
        {{"ids", array_of(part)}});
    const auto text = co_await table.engine.query(std::move(statement));
    engine::for_each_line(text, [&](std::string_view line) {
      if (const auto id = EventId::parse(line)) found.push_back(*id);
    });
  }
  co_return found;
}

}  // namespace annals::lanes
