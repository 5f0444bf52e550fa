#include "cli/client/service_options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "cli/client/tenant_lookup.h"
#include "cli/context/contexts.h"
#include "crypto/certificates.h"
#include "io/durable_file.h"

namespace annals::cli {
namespace {

constexpr const char* kUrlVariable = "ANNALS_URL";
constexpr const char* kContextVariable = "ANNALS_CONTEXT";
constexpr const char* kClientVariable = "ANNALS_CLIENT_ID";
constexpr const char* kDatabaseVariable = "ANNALS_DATABASE";
constexpr const char* kKeyVariable = "ANNALS_API_KEY";
constexpr const char* kUsualUrl = "http://127.0.0.1:8080";
// The file in which `annals serve` stores the key that it generates.
constexpr const char* kKeyOfTheService = "data/api_key";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

crypto::Secret read_secret(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file) throw Mistake(fmt::format("cannot read {}; check the path and its permissions", path));
  std::getline(file, line);
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty())
    throw Mistake(fmt::format("the first line of {} is empty; it must contain the key", path));
  return crypto::Secret(std::move(line));
}

// A file that is none would show only once a connection fails, as a failure of the service's certificate.
void check_ca_file(const std::string& path) {
  const auto content = io::read_if_there(path);
  if (!content) throw Mistake(fmt::format("--ca-file: {} does not exist", path));
  if (!crypto::has_certificate(*content)) {
    throw Mistake(fmt::format("--ca-file: {} is a file without a certificate in PEM form", path));
  }
}

std::string first_of(const std::string& first, const std::string& second) {
  return first.empty() ? second : first;
}

bool take_tenant_of(ServiceAccess& access, const std::string& client_id, const std::string& database,
                    ServiceClient& client) {
  if (client_id.empty() && database.empty()) return false;
  if (!client_id.empty() && !database.empty()) {
    throw Mistake(fmt::format("{} and {} are both set; unset one", kClientVariable, kDatabaseVariable));
  }
  access.client_id = client_id.empty() ? id_of_database(client, database) : client_id;
  return true;
}

bool take_key_of(ServiceAccess& access, const Context& context, bool takes_secret) {
  if (takes_secret && !context.secret_file.empty()) {
    access.client_secret = read_secret(context.secret_file);
  } else if (!context.key_file.empty()) {
    access.api_key = read_secret(context.key_file);
  }
  return access.client_secret || access.api_key;
}

}  // namespace

/// The surroundings decide what the options leave open: the context in use, if there is one, and whether
/// somebody has named it.
struct ServiceOptions::Surroundings {
  Context context = {};
  bool has_context = false;
  bool is_named = false;
};

void ServiceOptions::add_to(CLI::App& command) {
  auto* url = command.add_option("--url", url_,
                                 "URL of the service (default: ANNALS_URL, then the context's, then "
                                 "http://127.0.0.1:8080)");
  command
      .add_option("--context", context_,
                  "Context to use (default: ANNALS_CONTEXT, then the current one; see annals context)")
      ->excludes(url);
  if (kind_ == Kind::tenant) {
    auto* id = command.add_option("--client-id", client_id_,
                                  "The tenant's client_id (default: ANNALS_CLIENT_ID, then the context's)");
    command
        .add_option("--database", database_,
                    "The tenant's database name, instead of its client_id (default: ANNALS_DATABASE)")
        ->excludes(id);
  }
  auto* key = command.add_option("--key-file", key_file_,
                                 "File with the platform key in its first line (default: the variable "
                                 "ANNALS_API_KEY, the context's file, ./data/api_key)");
  command.add_option("--ca-file", ca_file_, "File of certificates (PEM) to trust besides the system's");
  if (kind_ == Kind::platform) return;
  command
      .add_option("--secret-file", secret_file_,
                  "File with the tenant's own secret, to use instead of the platform key")
      ->excludes(key);
  command
      .add_option("--patience", patience_,
                  "Seconds to keep retrying if the service fails in the middle of the work")
      ->capture_default_str()
      ->check(CLI::Range(0, 86'400));
}

ServiceOptions::Surroundings ServiceOptions::surroundings() const {
  if (!url_.empty()) return {};
  std::string name = context_;
  if (name.empty()) {
    name = variable(kContextVariable);
    const bool has_url = !variable(kUrlVariable).empty();
    if (!name.empty() && has_url) {
      throw Mistake(fmt::format("{} and {} are both set; unset one", kUrlVariable, kContextVariable));
    }
    if (has_url) return {};
  }
  const auto path = Contexts::usual_path();
  const Contexts contexts = Contexts::read(path);
  const bool is_named = !name.empty();
  if (!is_named) name = contexts.current;
  if (name.empty()) return {};
  const auto found = contexts.all.find(name);
  if (found == contexts.all.end()) {
    throw Mistake(fmt::format("there is no context {} in {}; see annals context list", name, path.string()));
  }
  return {.context = found->second, .has_context = true, .is_named = is_named};
}

ServiceAccess ServiceOptions::access() const {
  const Surroundings around = surroundings();
  const std::string url = first_of(url_, around.has_context ? around.context.url : variable(kUrlVariable));
  ServiceAccess access{.url = first_of(url, kUsualUrl),
                       .ca_file = first_of(ca_file_, around.context.ca_file),
                       .patience = std::chrono::seconds(patience_)};
  while (access.url.ends_with('/')) access.url.pop_back();
  if (!access.url.starts_with("http://") && !access.url.starts_with("https://")) {
    throw Mistake(fmt::format("--url must begin with http:// or https://, but is {}", access.url));
  }
  if (!access.ca_file.empty()) check_ca_file(access.ca_file);
  take_key(access, around);
  if (kind_ == Kind::tenant) take_tenant(access, around);
  return access;
}

void ServiceOptions::take_key(ServiceAccess& access, const Surroundings& around) const {
  const bool takes_secret = kind_ == Kind::tenant;
  if (!secret_file_.empty()) {
    access.client_secret = read_secret(secret_file_);
    return;
  }
  if (!key_file_.empty()) {
    access.api_key = read_secret(key_file_);
    return;
  }
  if (around.is_named && take_key_of(access, around.context, takes_secret)) return;
  if (std::string key = variable(kKeyVariable); !key.empty()) {
    access.api_key = crypto::Secret(std::move(key));
    return;
  }
  if (take_key_of(access, around.context, takes_secret)) return;
  if (!around.has_context && std::filesystem::exists(kKeyOfTheService)) {
    access.api_key = read_secret(kKeyOfTheService);
    return;
  }
  throw Mistake(fmt::format(
      "no key found: pass --key-file{}, or set {}{}", takes_secret ? " or --secret-file" : "", kKeyVariable,
      around.has_context ? "; the context names none"
                         : fmt::format(" ({} does not exist in the working directory)", kKeyOfTheService)));
}

void ServiceOptions::take_tenant(ServiceAccess& access, const Surroundings& around) const {
  ServiceClient client(access, [](std::string_view /*text*/) {});
  const auto& context = around.context;
  if (take_tenant_of(access, client_id_, database_, client)) return;
  if (around.is_named && take_tenant_of(access, context.client_id, context.database, client)) return;
  if (take_tenant_of(access, variable(kClientVariable), variable(kDatabaseVariable), client)) return;
  if (take_tenant_of(access, context.client_id, context.database, client)) return;
  throw Mistake(fmt::format("no tenant is named: pass --client-id or --database, or set {} or {}",
                            kClientVariable, kDatabaseVariable));
}

}  // namespace annals::cli
