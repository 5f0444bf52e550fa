#include "lanes/stored_ids.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/rows.h"

namespace annals::lanes {
namespace {

/// Ids per query: with a remote engine they travel in a URL, in a field of 128 KiB at most (the server's
/// http_max_field_value_size).
constexpr std::size_t kIdsPerQuery = 2048;

}  // namespace

std::vector<EventId> ids_of(const std::vector<const events::Event*>& events) {
  std::vector<EventId> ids;
  ids.reserve(events.size());
  for (const events::Event* event : events) ids.push_back(event->event_id);
  return ids;
}

std::vector<std::span<const EventId>> parts_of(std::span<const EventId> ids) {
  std::vector<std::span<const EventId>> parts;
  for (std::size_t from = 0; from < ids.size(); from += kIdsPerQuery) {
    parts.push_back(ids.subspan(from, std::min(kIdsPerQuery, ids.size() - from)));
  }
  return parts;
}

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

boost::asio::awaitable<StoredIds> find_stored(events::EventsTable table, std::vector<EventId> ids) {
  StoredIds found;
  for (const auto part : parts_of(ids)) {
    auto statement = table.statement(
        fmt::format(
            "SELECT event_id, count() > 1 FROM {} WHERE event_id IN {{ids:Array(UUID)}} GROUP BY event_id",
            table.quoted()),
        {{"ids", array_of(part)}});
    const auto text = co_await table.engine.query(std::move(statement));
    engine::for_each_line(text, [&](std::string_view line) {
      const auto tab = line.find('\t');
      const auto id = EventId::parse(line.substr(0, tab));
      if (!id) return;
      found.ids.push_back(*id);
      if (line.substr(tab + 1) == "1") found.ids_stored_twice.push_back(*id);
    });
  }
  co_return found;
}

}  // namespace annals::lanes
