#include "cli/context/context.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/command/commands.h"
#include "cli/command/mistake.h"
#include "cli/context/contexts.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/table.h"
#include "io/locked_file.h"

namespace annals::cli {
namespace {

namespace fs = std::filesystem;

struct ContextOptions {
  std::string name;
  Context context;
  bool use = false;
};

fs::path path_of_contexts() {
  fs::path path = Contexts::usual_path();
  if (path.empty()) throw Mistake("neither XDG_CONFIG_HOME nor HOME says where contexts are kept");
  return path;
}

/// Changes the file of contexts. Of two commands that do so at once, the second one is refused.
template <class Change>
int change(const Change& how) {
  const fs::path path = path_of_contexts();
  fs::create_directories(path.parent_path());
  const auto lock = io::open_locked(path.string() + ".lock");
  if (!lock) throw std::runtime_error(fmt::format("another command is changing {}", path.string()));
  Contexts contexts = Contexts::read(path);
  how(contexts);
  contexts.write(path);
  return kDone;
}

void check_name(const Contexts& contexts, const std::string& name) {
  if (contexts.all.contains(name)) return;
  throw Mistake(fmt::format("there is no context {}; see annals context list", name));
}

/// Returns the path of a file as it is found from everywhere. Throws Mistake if there is no such file.
std::string found_everywhere(const std::string& path) {
  if (path.empty()) return path;
  if (!fs::exists(path)) throw Mistake(path + " does not exist");
  return fs::absolute(path).lexically_normal().string();
}

int set_context(const ContextOptions& options) {
  Context context = options.context;
  if (!context.url.starts_with("http://") && !context.url.starts_with("https://")) {
    throw Mistake("--url must begin with http:// or https://");
  }
  for (std::string* path : {&context.key_file, &context.secret_file, &context.ca_file}) {
    *path = found_everywhere(*path);
  }
  return change([&](Contexts& contexts) {
    contexts.all[options.name] = context;
    if (options.use || contexts.all.size() == 1) contexts.current = options.name;
  });
}

int use_context(const ContextOptions& options) {
  return change([&options](Contexts& contexts) {
    check_name(contexts, options.name);
    contexts.current = options.name;
  });
}

int delete_context(const ContextOptions& options) {
  return change([&options](Contexts& contexts) {
    check_name(contexts, options.name);
    contexts.all.erase(options.name);
    if (contexts.current == options.name) contexts.current.clear();
  });
}

int list_contexts(const ContextOptions& /*options*/) {
  const Contexts contexts = Contexts::read(path_of_contexts());
  Table table({{"current"}, {"name"}, {"url"}, {"tenant"}, {"key or secret"}});
  for (const auto& [name, context] : contexts.all) {
    const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
    table.add({name == contexts.current ? "*" : "", name, or_dash(context.url),
               or_dash(context.client_id + context.database),
               or_dash(context.secret_file.empty() ? context.key_file : context.secret_file)});
  }
  table.print();
  return kDone;
}

using Function = int (*)(const ContextOptions& options);

std::pair<CLI::App&, ContextOptions&> add(Commands& commands, CLI::App& group, const std::string& name,
                                          const std::string& summary, Function function) {
  const auto options = std::make_shared<ContextOptions>();
  CLI::App& command =
      commands.add_to(group, name, summary, [options, function] { return function(*options); });
  return {command, *options};
}

void add_for_one(Commands& commands, CLI::App& group, const std::string& name, const std::string& summary,
                 Function function) {
  const auto [command, options] = add(commands, group, name, summary, function);
  command.add_option("NAME", options.name, "The context's name")->required();
}

void add_set(Commands& commands, CLI::App& group) {
  const auto [command, options] = add(commands, group, "set", "Make a context, or replace it", set_context);
  Context& context = options.context;
  command.add_option("NAME", options.name, "The context's name")->required();
  command.add_option("--url", context.url, "URL of the service")->required();
  auto* id = command.add_option("--client-id", context.client_id, "The tenant's client_id");
  command.add_option("--database", context.database, "The tenant's database name")->excludes(id);
  command.add_option("--key-file", context.key_file, "File with the platform key in its first line");
  command.add_option("--secret-file", context.secret_file, "File with the tenant's own secret");
  command.add_option("--ca-file", context.ca_file,
                     "File of certificates (PEM) to trust besides the system's");
  command.add_flag("--use", options.use, "Make it the current one; the first context always is");
  add_examples(
      command,
      {"annals context set production --url https://annals.example --key-file ~/production.key",
       "annals context set demo --url https://annals.example --key-file ~/demo.key --database demo"});
}

}  // namespace

void add_context_commands(Commands& commands) {
  CLI::App& group =
      commands.add_group("context", "Name services and whom to act for, so that commands are short");
  add(commands, group, "list", "List the contexts", list_contexts);
  add_set(commands, group);
  add_for_one(commands, group, "use", "Make a context the current one", use_context);
  add_for_one(commands, group, "delete", "Forget a context; the files that it names stay", delete_context);
}

}  // namespace annals::cli
