#include "cli/audit/audit.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "audit/record.h"
#include "cli/client/answers.h"
#include "cli/client/filter_options.h"
#include "cli/client/service_options.h"
#include "cli/command/commands.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/table.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr std::string_view kTrail = "_annals";  // in place of a client_id
constexpr std::uint64_t kPage = 1000;

struct AuditOptions {
  ServiceOptions service{ServiceOptions::Kind::platform};
  std::vector<std::string> actions;  // empty: all
  std::string from;
  std::string to;
  std::string words;
  std::uint64_t limit = 20;
  bool json = false;
};

void say(std::string_view text) {
  fmt::print(stderr, "annals audit: {}\n", text);
}

std::vector<std::string> names_of_actions() {
  std::vector<std::string> names;
  for (const auto& [action, name] : audit::all_actions()) names.emplace_back(name);
  return names;
}

std::string query_of(const AuditOptions& options) {
  std::string query = fmt::format("limit={}&cursor=&ordering=-event_time", std::min(options.limit, kPage));
  for (const auto& [action, name] : audit::all_actions()) {
    if (std::ranges::find(options.actions, name) != options.actions.end()) {
      query += fmt::format("&event_type_id={}", static_cast<int>(action));
    }
  }
  const auto add = [&query](std::string_view name, const std::string& value) {
    if (!value.empty()) query += fmt::format("&{}={}", name, text::percent_encode(value));
  };
  add("event_time_from", options.from);
  add("event_time_to", options.to);
  add("q", options.words);
  return query;
}

/// Returns the first of the members that is there.
std::string first_of(const boost::json::object& object, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    if (object.contains(name)) return cell(object, name);
  }
  return "-";
}

std::vector<std::string> cells_of(const boost::json::object& record) {
  const auto& data = record.at("event_data").as_object();
  const auto* caller = data.if_contains("caller");
  return {
      cell(record, "event_time"),
      cell(data, "action"),
      cell(data, "result"),
      caller != nullptr && caller->is_object() ? first_of(caller->as_object(), {"name", "id", "kind"}) : "-",
      cell(data, "address"),
      first_of(data, {"client_id", "key_id", "backup_id", "reason"})};
}

/// Returns the query of the page after this one, or nullopt if it is the last.
std::optional<std::string> next_of(const boost::json::object& page) {
  const auto* next = page.if_contains("next");
  if (next == nullptr || !next->is_string()) return std::nullopt;
  // The address in it is the service's public one, which need not lead anywhere from here.
  const std::string url(next->as_string());
  return url.substr(std::min(url.find('?') + 1, url.size()));
}

int list_records(const AuditOptions& options) {
  ServiceAccess access = options.service.access();
  access.client_id = kTrail;
  ServiceClient client(std::move(access), say);
  Table table({{"time"}, {"action"}, {"result"}, {"caller"}, {"address"}, {"about"}});
  std::uint64_t left = options.limit;
  std::optional<std::string> query = query_of(options);
  while (query && left > 0) {
    const auto page = object_in(ask(client, {.target = "/api/history/events?" + *query}));
    for (const auto& item : page.at("results").as_array()) {
      if (left == 0) break;
      --left;
      if (options.json) {
        print_line(boost::json::serialize(item));
      } else {
        table.add(cells_of(item.as_object()));
      }
    }
    if (!options.json) table.print();
    query = next_of(page);
  }
  return kDone;
}

}  // namespace

void add_audit_commands(Commands& commands) {
  CLI::App& group = commands.add_group("audit", "Look at what was done to a running service");
  const auto options = std::make_shared<AuditOptions>();
  CLI::App& list = commands.add_to(group, "list", "List the records of the audit trail, newest first",
                                   [options] { return list_records(*options); });
  options->service.add_to(list);
  add_repeatable(list, "--action", options->actions, "Only records of this action; may be repeated");
  list.get_option("--action")->check(CLI::IsMember(names_of_actions()));
  list.add_option("--from", options->from, "Only records at or after this time (RFC 3339)");
  list.add_option("--to", options->to, "Only records before this time (RFC 3339)");
  list.add_option("--q", options->words, "Only records with these words, such as an address or an id");
  list.add_option("--limit", options->limit, "Maximum number of records")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  list.add_flag("--json", options->json, "Write each record as a line of JSON");
  add_examples(list, {"annals audit list --action delete_tenant --action change_tenant",
                      "annals audit list --from 2026-11-01T00:00:00Z --json | jq .event_data"});
}

}  // namespace annals::cli
