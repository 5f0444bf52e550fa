#include "cli/key/key.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

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

constexpr const char* kJson = "application/json";

struct KeyOptions {
  ServiceOptions service{ServiceOptions::Kind::platform};
  bool json = false;
  std::string key_id;                   // of every command but create and list
  std::string name;                     // create
  std::string role;                     // create
  std::vector<std::string> client_ids;  // create; empty: all tenants
  std::string expires_at;               // create; empty: never
};

void say(std::string_view text) {
  fmt::print(stderr, "annals key: {}\n", text);
}

ServiceClient client_of(const KeyOptions& options) {
  return {options.service.access(), say};
}

std::string target_of(const KeyOptions& options) {
  return "/api/keys/" + text::percent_encode(options.key_id);
}

std::string tenants_of(const boost::json::object& key) {
  return key.at("client_ids").is_null() ? "all" : cell(key, "client_ids");
}

std::string state_of(const boost::json::object& key) {
  return key.at("disabled").as_bool() ? "disabled" : "enabled";
}

boost::json::object made_key(ServiceClient& client, std::string_view body) {
  try {
    return object_in(ask(client, {.method = "POST",
                                  .target = "/api/keys",
                                  .content_type = kJson,
                                  .body = body,
                                  .at_most_once = true}));
  } catch (const ServiceRefusal& refusal) {
    if (refusal.outcome_unknown()) {
      say("a key may have been made that nobody has seen; annals key list shows it, annals key delete "
          "removes it");
    }
    throw;
  }
}

/// Makes a key and writes it, and nothing else, to standard output.
int create_key(const KeyOptions& options) {
  boost::json::object body{{"name", options.name}, {"role", options.role}};
  if (!options.client_ids.empty()) {
    boost::json::array ids;
    for (const std::string& id : options.client_ids) ids.emplace_back(id);
    body["client_ids"] = std::move(ids);
  }
  if (!options.expires_at.empty()) body["expires_at"] = options.expires_at;
  ServiceClient client = client_of(options);
  const auto made = made_key(client, boost::json::serialize(body));
  say(fmt::format("made {}; the key is shown here only", cell(made, "key_id")));
  print_line(options.json ? boost::json::serialize(made) : cell(made, "key"));
  return kDone;
}

int list_keys(const KeyOptions& options) {
  using enum Table::Align;
  Table table(
      {{"key_id"}, {"role"}, {"tenants", right}, {"state"}, {"expires_at"}, {"last_used_at"}, {"name"}});
  ServiceClient client = client_of(options);
  for_each_page(client, "/api/keys", [&](const boost::json::array& keys) {
    for (const auto& item : keys) {
      const auto& key = item.as_object();
      if (options.json) {
        print_line(boost::json::serialize(key));
      } else {
        table.add({cell(key, "key_id"), cell(key, "role"), tenants_of(key), state_of(key),
                   cell(key, "expires_at"), cell(key, "last_used_at"), cell(key, "name")});
      }
    }
    if (!options.json) table.print();
  });
  return kDone;
}

int show_key(const KeyOptions& options) {
  ServiceClient client = client_of(options);
  const auto key = object_in(ask(client, {.target = target_of(options)}));
  if (options.json) {
    print_line(boost::json::serialize(key));
    return kDone;
  }
  const auto* ids = key.at("client_ids").if_array();
  print_facts({{"key_id", cell(key, "key_id")},
               {"name", cell(key, "name")},
               {"role", cell(key, "role")},
               {"state", state_of(key)},
               {"tenants", ids == nullptr ? "all" : boost::json::serialize(*ids)},
               {"expires_at", cell(key, "expires_at")},
               {"created_at", cell(key, "created_at")},
               {"last_used_at", cell(key, "last_used_at")}});
  return kDone;
}

int change(const KeyOptions& options, std::string_view body) {
  ServiceClient client = client_of(options);
  (void)ask(client, {.method = "PATCH", .target = target_of(options), .content_type = kJson, .body = body});
  return kDone;
}

int disable_key(const KeyOptions& options) {
  return change(options, R"({"disabled":true})");
}

int enable_key(const KeyOptions& options) {
  return change(options, R"({"disabled":false})");
}

int delete_key(const KeyOptions& options) {
  ServiceClient client = client_of(options);
  (void)ask(client, {.method = "DELETE", .target = target_of(options)});
  return kDone;
}

using Function = int (*)(const KeyOptions& options);

/// Adds a command with the options of all. The parsed options live as long as the command.
std::pair<CLI::App&, KeyOptions&> add(Commands& commands, CLI::App& group, const std::string& name,
                                      const std::string& summary, Function function) {
  const auto options = std::make_shared<KeyOptions>();
  CLI::App& command =
      commands.add_to(group, name, summary, [options, function] { return function(*options); });
  options->service.add_to(command);
  return {command, *options};
}

void add_for_one_key(Commands& commands, CLI::App& group, const std::string& name, const std::string& summary,
                     Function function) {
  const auto [command, options] = add(commands, group, name, summary, function);
  command.add_option("KEY_ID", options.key_id, "The key's key_id")->required();
}

void add_json(CLI::App& command, KeyOptions& options, const std::string& summary) {
  command.add_flag("--json", options.json, summary);
}

void add_create(Commands& commands, CLI::App& group) {
  const auto [command, options] =
      add(commands, group, "create", "Make a key and write it to standard output", create_key);
  command.add_option("--name", options.name, "What people call the key")->required();
  command
      .add_option("--role", options.role,
                  "admin (everything), ingest (write events, upload) or read (history, files, exports)")
      ->required()
      ->check(CLI::IsMember({"admin", "ingest", "read"}));
  add_repeatable(command, "--client-id", options.client_ids,
                 "Bind the key to this tenant; may be repeated (default: all tenants)");
  command.add_option("--expires-at", options.expires_at, "When the key expires (RFC 3339; default: never)");
  add_json(command, options, "Write the whole answer as JSON");
  add_examples(
      command,
      {"annals key create --name ci --role ingest > ci.key",
       "annals key create --name support --role read --expires-at 2027-01-01T00:00:00Z > support.key"});
}

}  // namespace

void add_key_commands(Commands& commands) {
  CLI::App& group = commands.add_group("key", "Make and manage platform keys of a running service");
  add_create(commands, group);
  const auto [list, list_options] = add(commands, group, "list", "List the keys, newest first", list_keys);
  add_json(list, list_options, "Write each key as a line of JSON");
  add_for_one_key(commands, group, "disable", "Disable a key", disable_key);
  add_for_one_key(commands, group, "enable", "Enable a disabled key", enable_key);
  add_for_one_key(commands, group, "delete", "Delete a key", delete_key);
  const auto [show, show_options] =
      add(commands, group, "show", "Show one key, without its secret", show_key);
  show.add_option("KEY_ID", show_options.key_id, "The key's key_id")->required();
  add_json(show, show_options, "Write it as JSON");
}

}  // namespace annals::cli
