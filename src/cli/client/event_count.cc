#include "cli/client/event_count.h"

#include <charconv>
#include <stdexcept>
#include <string_view>

#include "cli/command/mistake.h"
#include "input/json_value.h"

namespace annals::cli {

std::uint64_t count_events(ServiceClient& client, const std::string& filter) {
  constexpr int kOk = 200;
  const auto answer = client.ask({.target = "/api/history/events?limit=1&count=true" + filter});
  if (answer.status != kOk) throw Mistake("the service rejected the filter: " + problems_of(answer.body, 1));
  // The page has an event, and events may hold what Boost.JSON refuses, such as half of a pair of surrogates.
  constexpr std::size_t kMaxDepth = 1024;
  const auto page = input::parse_json(answer.body, kMaxDepth);
  const auto count = page ? input::find_member(page->members(), "filtered_count") : std::nullopt;
  std::uint64_t events = 0;
  const auto text = count ? count->text() : std::string_view();
  if (std::from_chars(text.data(), text.data() + text.size(), events).ec != std::errc()) {
    throw std::runtime_error("the service answered with a page without a count");
  }
  return events;
}

}  // namespace annals::cli
