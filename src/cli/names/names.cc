#include "cli/names/names.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/answers.h"
#include "cli/client/service_options.h"
#include "cli/client/tenant_lookup.h"
#include "cli/command/commands.h"
#include "cli/command/mistake.h"
#include "cli/names/named_ids.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/table.h"

namespace annals::cli {
namespace {

struct NamesOptions {
  ServiceOptions service{ServiceOptions::Kind::platform};
  std::string tenant;  // a client_id or a database name; empty: the names for all tenants
  std::string file;    // import
  bool json = false;   // show
};

void say(std::string_view text) {
  fmt::print(stderr, "annals names: {}\n", text);
}

std::string target_of(ServiceClient& client, const NamesOptions& options) {
  if (options.tenant.empty()) return "/api/names";
  return fmt::format("/api/tenants/{}/names", cell(find_tenant(client, options.tenant), "client_id"));
}

/// Returns the whole text of the file. Throws Mistake if it cannot be read or is far too large.
std::string text_of(const std::string& file) {
  constexpr std::size_t kMaxBytes = std::size_t{64} << 20U;
  std::ifstream opened;
  if (file != "-") opened.open(file, std::ios::binary);
  std::istream& stream = file == "-" ? std::cin : opened;
  std::string text;
  std::string part(std::size_t{64} << 10U, '\0');
  while (stream && text.size() <= kMaxBytes) {
    stream.read(part.data(), static_cast<std::streamsize>(part.size()));
    text.append(part, 0, static_cast<std::size_t>(stream.gcount()));
  }
  if (!stream.eof()) throw Mistake(fmt::format("{} cannot be read, or is no file of names", file));
  return text;
}

int import_names(const NamesOptions& options) {
  const NamedIds ids = read_named_ids(text_of(options.file));
  ServiceClient client(options.service.access(), say);
  const std::string target = target_of(client, options);
  for (std::size_t i = 0; i < ids.patches.size(); ++i) {
    const std::string body = boost::json::serialize(ids.patches[i]);
    // A name that was set is set again without harm.
    auto answer = client.send_with_retries([&] {
      return ServiceClient::Request{
          .method = "PATCH", .target = target, .content_type = "application/json", .body = body};
    });
    try {
      (void)accepted(std::move(answer));
    } catch (const Mistake& mistake) {
      throw Mistake(fmt::format("{} ({} of {} parts of the file were taken over before)", mistake.what(), i,
                                ids.patches.size()));
    }
  }
  say(fmt::format("{} names were taken over", ids.names));
  return kDone;
}

void print(const boost::json::object& names) {
  Table table({{.name = "EVENT TYPE"},
               {.name = "SOURCE TYPE"},
               {.name = "SOURCE"},
               {.name = "TEMPLATE OF"},
               {.name = "NAME"}});
  for (const auto& one : names.at("event_types").as_object()) {
    table.add({one.key(), "", "", "", std::string(one.value().as_string())});
  }
  for (const auto& one : names.at("source_types").as_object()) {
    table.add({"", one.key(), "", "", std::string(one.value().as_string())});
  }
  for (const auto& type : names.at("sources").as_object()) {
    for (const auto& one : type.value().as_object()) {
      table.add({"", type.key(), one.key(), "", std::string(one.value().as_string())});
    }
  }
  // A service of an earlier version has none.
  if (const auto* templates = names.if_contains("event_templates")) {
    for (const auto& one : templates->as_object()) {
      table.add({"", "", "", one.key(), std::string(one.value().as_string())});
    }
  }
  table.print();
}

int show_names(const NamesOptions& options) {
  ServiceClient client(options.service.access(), say);
  const auto answer = ask(client, {.target = target_of(client, options)});
  if (options.json) {
    print_line(answer.body);
  } else {
    print(object_in(answer));
  }
  return kDone;
}

std::pair<CLI::App&, NamesOptions&> add(Commands& commands, CLI::App& group, const std::string& name,
                                        const std::string& summary,
                                        int (*function)(const NamesOptions& options)) {
  const auto options = std::make_shared<NamesOptions>();
  CLI::App& command =
      commands.add_to(group, name, summary, [options, function] { return function(*options); });
  options->service.add_to(command);
  command.add_option("--tenant", options->tenant,
                     "The database name or client_id of a tenant with names of its own (default: the names "
                     "for all tenants)");
  return {command, *options};
}

}  // namespace

void add_names_commands(Commands& commands) {
  CLI::App& group = commands.add_group("names", "Name the ids of types and sources for people");
  const auto [import, options] = add(
      commands, group, "import", "Take over names from a file, beside those that are there", import_names);
  import
      .add_option(
          "FILE", options.file,
          "CSV with the columns name, event_type_id, source_type_id, source_id and event_template, or "
          "JSON; - reads standard input")
      ->required();
  add_examples(import, {"annals names import names.csv", "annals names import names.json --tenant demo"});
  const auto [show, show_options] = add(commands, group, "show", "Show the names", show_names);
  show.add_flag("--json", show_options.json, "Write them as JSON, which import reads");
  add_examples(show, {"annals names show", "annals names show --tenant demo --json > names.json"});
}

}  // namespace annals::cli
