#include <cstdio>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/answers.h"
#include "cli/client/event_count.h"
#include "cli/events/event_row.h"
#include "cli/events/options.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "ids/foreign_id.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr std::string_view kEvents = "/api/history/events";
constexpr std::uint64_t kPage = 1000;

void say(std::string_view text) {
  fmt::print(stderr, "annals events: {}\n", text);
}

std::string_view ordering_of(const std::string& order) {
  if (order == "oldest") return "event_time";
  return order == "arrival" ? "arrival" : "-event_time";
}

/// Prints events as they are in the service's answers, until there are enough.
class EventList {
 public:
  EventList(bool json, std::uint64_t limit) : json_(json), left_(limit) {}

  /// Prints the events of a page. Returns the query of the next one, or nullopt if it is not wanted.
  std::optional<std::string> take(std::string_view page) {
    const auto members = parsed_event(page).members();
    const auto results = input::find_member(members, "results");
    const auto next = input::find_member(members, "next");
    if (!results || results->kind() != input::JsonValue::Kind::array) {
      throw std::runtime_error("the service answered with a page without events");
    }
    bool any = false;
    results->for_each_element([&](const input::JsonValue& event) {
      any = true;
      show(event);
    });
    if (!json_) table_.print();
    // In the order of arrival a page always names the next one, for a later poll.
    const bool goes_on = any && left_ > 0 && next && next->kind() == input::JsonValue::Kind::string;
    if (!goes_on) return std::nullopt;
    // The address in it is the service's public one, which need not lead anywhere from here.
    const std::string url = next->string();
    return url.substr(std::min(url.find('?') + 1, url.size()));
  }

 private:
  void show(const input::JsonValue& event) {
    if (left_ == 0) return;
    --left_;
    if (json_) {
      print_line(in_one_line(event.text()));
    } else {
      table_.add(event_cells(event));
    }
  }

  const bool json_;
  std::uint64_t left_;
  Table table_ = event_table();
};

std::string group_cell(const boost::json::object& group, const std::string& name) {
  const auto* id = group.if_contains(name);
  if (id == nullptr || !id->is_string()) return cell(group, name);
  std::string text;
  append_id_notation(text, std::string_view(id->get_string()));
  return text;
}

/// Counts the events of each group.
int count_groups(const CountOptions& options, ServiceClient& client) {
  std::string query = fmt::format("?limit={}{}", options.limit, options.filter.query());
  std::vector<Table::Column> columns;
  if (!options.bucket.empty()) {
    query += "&bucket=" + options.bucket;
    columns.push_back({"time"});
  }
  for (const std::string& by : options.by) {
    query += "&by=" + by;
    columns.push_back({by, Table::Align::right});
  }
  columns.push_back({"count", Table::Align::right});
  if (options.largest_first) query += "&ordering=-count";
  const auto answer = object_in(ask(client, {.target = fmt::format("{}/count-by{}", kEvents, query)}));
  Table table(columns);
  for (const auto& item : answer.at("results").as_array()) {
    const auto& group = item.as_object();
    std::vector<std::string> cells;
    cells.reserve(columns.size());
    for (const auto& column : columns) cells.push_back(group_cell(group, column.name));
    if (options.json) print_line(boost::json::serialize(group));
    table.add(cells);
  }
  if (!options.json) table.print();
  if (answer.at("more").as_bool()) say("there are more groups than --limit");
  return kDone;
}

}  // namespace

int list_events(const ListOptions& options) {
  ServiceClient client(options.service.access(), say);
  EventList list(options.json, options.limit);
  std::optional<std::string> query =
      fmt::format("limit={}&cursor=&ordering={}{}", std::min(options.limit, kPage),
                  ordering_of(options.order), options.filter.query());
  while (query) query = list.take(ask(client, {.target = fmt::format("{}?{}", kEvents, *query)}).body);
  return kDone;
}

int show_event(const ShowOptions& options) {
  ServiceClient client(options.service.access(), say);
  const auto answer =
      ask(client, {.target = fmt::format("{}/{}", kEvents, text::percent_encode(options.event_id))});
  if (options.json) {
    print_line(in_one_line(answer.body));
    return kDone;
  }
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& [key, value] : parsed_event(answer.body).members()) {
    const bool is_data = key.text() == "\"event_data\"";
    facts.emplace_back(key.string(), is_data ? in_one_line(value.text()) : cell_of(value));
  }
  print_facts(facts);
  return kDone;
}

int count_events(const CountOptions& options) {
  ServiceClient client(options.service.access(), say);
  if (!options.bucket.empty() || !options.by.empty()) return count_groups(options, client);
  const std::uint64_t count = count_events(client, options.filter.query());
  print_line(options.json ? fmt::format(R"({{"count":{}}})", count) : std::to_string(count));
  return kDone;
}

}  // namespace annals::cli
