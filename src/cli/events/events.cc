#include "cli/events/events.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/command/commands.h"
#include "cli/events/options.h"

namespace annals::cli {
namespace {

constexpr std::uint64_t kMostEvents = 1'000'000'000;
constexpr std::uint64_t kMostGroups = 10'000;

/// Adds a command with the options of all. The parsed options live as long as the command.
template <class Options>
std::pair<CLI::App&, Options&> add(Commands& commands, CLI::App& group, const std::string& name,
                                   const std::string& summary, int (*function)(const Options&)) {
  const auto options = std::make_shared<Options>();
  CLI::App& command =
      commands.add_to(group, name, summary, [options, function] { return function(*options); });
  options->service.add_to(command);
  return {command, *options};
}

void add_send(Commands& commands, CLI::App& group) {
  const auto [command, options] = add<SendOptions>(commands, group, "send", "Send one event", send_event);
  command.add_option("--record-id", options.record_id, "The record that the event is about")->required();
  command.add_option("--event-type-id", options.event_type_id, "What kind of event it is")->required();
  command.add_option("--source-type-id", options.source_type_id, "What kind of source it has")->required();
  command.add_option("--source-id", options.source_id, "Its source")->required();
  auto* data = command.add_option("--data", options.data, "event_data: any JSON value");
  command.add_option("--data-file", options.data_file, "File with event_data; - reads standard input")
      ->excludes(data);
  command.add_option("--event-id", options.event_id, "UUID of the event (default: a new one)");
  command.add_option("--event-time", options.event_time, "When it happened (RFC 3339; default: now)");
  command.add_option("--file-id", options.file_id, "UUID of an uploaded file");
  command.add_flag("--json", options.json, "Write the event_id and the service's answer as JSON");
  add_examples(command, {"annals events send --database demo --record-id 7 --event-type-id 1 \\",
                         "    --source-type-id 1 --source-id 3 --data '[\"open\", \"closed\"]'"});
}

void add_list(Commands& commands, CLI::App& group) {
  const auto [command, options] = add<ListOptions>(commands, group, "list", "List events", list_events);
  options.filter.add_to(command);
  command.add_option("--limit", options.limit, "How many events at most")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, kMostEvents));
  command
      .add_option("--order", options.order,
                  "By event_time newest or oldest first, or in the order of arrival")
      ->capture_default_str()
      ->check(CLI::IsMember({"newest", "oldest", "arrival"}));
  command.add_flag("--json", options.json, "Write each event as a line of JSON, byte for byte");
  add_examples(command, {"annals events list --database demo --record-id 7",
                         "annals events list --database demo --q refund --json | jq .event_data"});
}

void add_count(Commands& commands, CLI::App& group) {
  const auto [command, options] = add<CountOptions>(commands, group, "count", "Count events", count_events);
  options.filter.add_to(command);
  command.add_option("--by", options.by, "Count each value of this; may be repeated")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"event_type_id", "source_type_id", "source_id", "record_id"}));
  command.add_option("--bucket", options.bucket, "Count each of these periods")
      ->check(CLI::IsMember({"minute", "hour", "day", "week", "month"}));
  command.add_flag("--largest-first", options.largest_first, "Order groups by their counts");
  command.add_option("--limit", options.limit, "How many groups at most")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, kMostGroups));
  command.add_flag("--json", options.json, "Write the number, or each group as a line, as JSON");
  add_examples(command, {"annals events count --database demo --from 2026-11-01T00:00:00Z",
                         "annals events count --database demo --bucket day --by event_type_id"});
}

void add_tail(Commands& commands, CLI::App& group) {
  const auto [command, options] =
      add<TailOptions>(commands, group, "tail", "Write new events as they arrive, until Ctrl-C", tail_events);
  options.filter.add_to(command);
  auto* start = command.add_flag("--from-start", options.from_start, "Begin with the first event there is");
  command.add_option("--after", options.after, "Begin after this cursor of the order of arrival")
      ->excludes(start);
  command.add_flag("--json", options.json, "Write each event as a line of JSON, byte for byte");
  add_examples(command, {"annals events tail --database demo --event-type-id 4"});
}

}  // namespace

void add_events_commands(Commands& commands) {
  CLI::App& group = commands.add_group("events", "Send and read a tenant's events on a running service");
  add_send(commands, group);
  add_list(commands, group);
  const auto [show, show_options] = add<ShowOptions>(commands, group, "show", "Show one event", show_event);
  show.add_option("EVENT_ID", show_options.event_id, "The event's event_id")->required();
  show.add_flag("--json", show_options.json, "Write it as JSON, byte for byte");
  add_tail(commands, group);
  add_count(commands, group);
}

}  // namespace annals::cli
