#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <fmt/format.h>
#include <boost/uuid/random_generator.hpp>

#include "events/event.h"
#include "text/time.h"

namespace annals::bench {

/// Returns an event of about 240 bytes as JSON, like the events of the platform that Annals came from.
inline events::Event make_event(std::uint64_t number) {
  static thread_local boost::uuids::random_generator_mt19937 random;
  return {.event_id = EventId(random()),
          .event_time = Timestamp(std::chrono::milliseconds(1'700'000'000'000 + number)),
          .event_type_id = static_cast<std::uint32_t>(number % 7),
          .record_id = number % 1000,
          .source_type_id = 1,
          .source_id = number % 50,
          .event_data = fmt::format(R"(["status changed from open to closed by user {}"])", number)};
}

/// Returns the event as a client sends it.
inline std::string json_of(const events::Event& event) {
  return fmt::format(
      R"({{"event_id":"{}","event_time":"{}","event_type_id":{},"record_id":{},"source_type_id":{},"source_id":{},"event_data":{}}})",
      event.event_id.text(), text::format_time(event.event_time), event.event_type_id, event.record_id,
      event.source_type_id, event.source_id, event.event_data);
}

/// Returns so many events as lines of NDJSON, beginning with that number.
inline std::string ndjson_of(std::uint64_t first, std::size_t count) {
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) lines += json_of(make_event(first + i)) + "\n";
  return lines;
}

}  // namespace annals::bench
