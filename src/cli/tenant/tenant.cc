#include "cli/tenant/tenant.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "cli/command/commands.h"
#include "cli/tenant/options.h"

namespace annals::cli {
namespace {

constexpr int kLongestOverlap = 30 * 86'400;
// The members of `quotas` in a request.
constexpr auto kQuotas = std::to_array<std::string_view>(
    {"events_per_second", "bytes_per_day", "stored_bytes", "requests_per_second"});
constexpr const char* kSecretTo =
    "Write the secret to this new file, which only its owner can read, instead of standard output";

using Function = int (*)(const TenantOptions& options);

/// Adds a command with the options of all. The parsed options live as long as the command.
std::pair<CLI::App&, TenantOptions&> add(Commands& commands, CLI::App& group, const std::string& name,
                                         const std::string& summary, Function function) {
  const auto options = std::make_shared<TenantOptions>();
  CLI::App& command =
      commands.add_to(group, name, summary, [options, function] { return function(*options); });
  options->service.add_to(command);
  return {command, *options};
}

std::pair<CLI::App&, TenantOptions&> add_for_one(Commands& commands, CLI::App& group, const std::string& name,
                                                 const std::string& summary, Function function) {
  const auto added = add(commands, group, name, summary, function);
  added.first.add_option("TENANT", added.second.tenant, "The tenant's database name or client_id")
      ->required();
  return added;
}

void add_create(Commands& commands, CLI::App& group) {
  const auto [command, options] =
      add(commands, group, "create", "Make a tenant; its secret is shown here only", create_tenant);
  command.add_option("DATABASE", options.database, "1-64 letters, digits, _ or -")->required();
  command.add_option("--label", options.label, "What people call the tenant (default: DATABASE)");
  command.add_option("--secret-to", options.secret_to, kSecretTo);
  command.add_flag("--json", options.json, "Write the answer as JSON");
  add_examples(command, {"annals tenant create demo --label 'Demo Ltd' --secret-to demo.secret",
                         "annals tenant create demo --json | jq -r .client_id"});
}

void add_rotate_secret(Commands& commands, CLI::App& group) {
  const auto [command, options] =
      add_for_one(commands, group, "rotate-secret", "Give a tenant a new secret", rotate_secret);
  command
      .add_option("--overlap", options.overlap,
                  "Seconds for which the secrets of before stay valid; 0 makes them void at once")
      ->capture_default_str()
      ->check(CLI::Range(0, kLongestOverlap));
  command.add_option("--secret-to", options.secret_to, kSecretTo);
  command.add_flag("--json", options.json, "Write the answer as JSON");
  add_examples(command, {"annals tenant rotate-secret demo --overlap 86400 --secret-to demo.secret.new"});
}

void add_settings(Commands& commands, CLI::App& group) {
  const auto [label, label_options] =
      add_for_one(commands, group, "label", "Give a tenant another label", label_tenant);
  label.add_option("LABEL", label_options.label, "What people call the tenant")->required();
  add_examples(label, {"annals tenant label demo 'Demo plc'"});
  const auto [retention, retention_options] = add_for_one(
      commands, group, "retention", "Set for how long a tenant's events are kept, or show it", retain_tenant);
  retention.add_option("DAYS", retention_options.retention,
                       "Days after an event's time, or 'forever'; without it, it is shown");
  retention.add_flag("--json", retention_options.json, "Write it as JSON");
  add_examples(retention, {"annals tenant retention demo 90", "annals tenant retention demo forever"});
}

void add_quotas(Commands& commands, CLI::App& group) {
  const auto [command, options] = add_for_one(
      commands, group, "quotas", "Set what a tenant may use, and show it with what it uses", limit_tenant);
  for (const std::string_view name : kQuotas) {
    std::string option = "--" + std::string(name);
    std::ranges::replace(option, '_', '-');
    command.add_option(option, options.quotas[std::string(name)],
                       "The limit; 0 for none, 'default' for that of the service");
  }
  command.add_flag("--json", options.json, "Write it as JSON");
  add_examples(command, {"annals tenant quotas demo",
                         "annals tenant quotas demo --events-per-second 500 --stored-bytes default"});
}

void add_viewer_token(Commands& commands, CLI::App& group) {
  constexpr int kLongest = 86'400;
  const auto [command, options] =
      add_for_one(commands, group, "viewer-token",
                  "Make a token with which a browser reads a part of a tenant's history", make_viewer_token);
  options.filter.add_to(command);
  command.add_flag("--whole-history", options.whole_history, "The token shows every event");
  command.add_flag("--files", options.files, "The token gives the files of events, too");
  command.add_option("--expires-in", options.expires_in, "Seconds for which the token is valid")
      ->capture_default_str()
      ->check(CLI::Range(1, kLongest));
  command.add_option("--secret-to", options.secret_to, kSecretTo);
  command.add_flag("--json", options.json, "Write the answer as JSON");
  add_examples(command, {"annals tenant viewer-token demo --record-id 7 --files --expires-in 600"});
}

void add_delete(Commands& commands, CLI::App& group) {
  const auto [command, options] = add_for_one(
      commands, group, "delete", "Delete a tenant with all of its events and files", delete_tenant);
  command.add_flag("--yes", options.yes, "Do not ask; needed without a terminal");
  add_examples(command, {"annals tenant delete demo", "annals tenant delete demo --yes"});
}

}  // namespace

void add_tenant_commands(Commands& commands) {
  CLI::App& group = commands.add_group("tenant", "Make and manage the tenants of a running service");
  add_create(commands, group);
  const auto [list, list_options] =
      add(commands, group, "list", "List the tenants, newest first", list_tenants);
  list.add_option("--state", list_options.state, "Only tenants in this state")
      ->check(CLI::IsMember({"creating", "active", "deleting"}));
  list.add_flag("--json", list_options.json, "Write each tenant as a line of JSON");
  add_examples(list,
               {"annals tenant list --state active", "annals tenant list --json | jq -r .database_name"});
  const auto [show, show_options] = add_for_one(commands, group, "show", "Show one tenant", show_tenant);
  show.add_flag("--json", show_options.json, "Write it as JSON");
  add_for_one(commands, group, "suspend", "Stop all use of a tenant's data; nothing is lost", suspend_tenant);
  add_for_one(commands, group, "resume", "End a suspension", resume_tenant);
  add_rotate_secret(commands, group);
  add_settings(commands, group);
  add_quotas(commands, group);
  add_viewer_token(commands, group);
  add_delete(commands, group);
}

}  // namespace annals::cli
