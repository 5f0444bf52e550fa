// The commands that write a secret.
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/answers.h"
#include "cli/client/tenant_lookup.h"
#include "cli/tenant/new_secret_file.h"
#include "cli/tenant/options.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/table.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr const char* kJson = "application/json";

void say(std::string_view text) {
  fmt::print(stderr, "annals tenant: {}\n", text);
}

std::unique_ptr<NewSecretFile> file_for_secret(const TenantOptions& options) {
  if (options.secret_to.empty()) return nullptr;
  return std::make_unique<NewSecretFile>(options.secret_to);
}

/// Writes an answer with a secret in it: the secret to its file if there is one, the rest to standard output.
void write(boost::json::object answer, const TenantOptions& options, NewSecretFile* file) {
  if (file != nullptr) {
    file->write(answer.at("client_secret").as_string());
    answer.erase("client_secret");
  }
  if (options.json) {
    print_line(boost::json::serialize(answer));
    return;
  }
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& member : answer) facts.emplace_back(member.key(), cell(answer, member.key()));
  if (!facts.empty()) print_facts(facts);
  say(file != nullptr ? "the secret is in " + options.secret_to : "the secret is shown here only");
}

/// Tells what may have become of a tenant whose creation had no answer.
void tell_of_unknown(ServiceClient& client, const TenantOptions& options) {
  try {
    const auto tenant = find_tenant(client, options.database);
    say(fmt::format(
        "the answer is lost, but there is a tenant {} now (client_id {}, made {}). If it is the one "
        "asked for, annals tenant rotate-secret {} gives it a secret that you know",
        options.database, cell(tenant, "client_id"), cell(tenant, "created_at"), options.database));
  } catch (const ServiceRefusal&) {
    say(fmt::format(
        "nobody knows whether the tenant was made. Look with annals tenant show {}; the same command "
        "can be run again, because there cannot be two tenants with one database name",
        options.database));
  }
}

boost::json::object made_tenant(ServiceClient& client, const TenantOptions& options) {
  const boost::json::object body{{"database_name", options.database},
                                 {"client_label", options.label.empty() ? options.database : options.label}};
  const std::string text = boost::json::serialize(body);
  try {
    return object_in(ask(client, {.method = "POST",
                                  .target = "/api/initialize-tenant",
                                  .content_type = kJson,
                                  .body = text,
                                  .at_most_once = true}));
  } catch (const ServiceRefusal& refusal) {
    if (refusal.outcome_unknown()) tell_of_unknown(client, options);
    throw;
  }
}

boost::json::object rotated(ServiceClient& client, const std::string& client_id, int overlap) {
  const std::string body = boost::json::serialize(boost::json::object{{"overlap_seconds", overlap}});
  try {
    return object_in(ask(client, {.method = "POST",
                                  .target = fmt::format("/api/tenants/{}/rotate-secret", client_id),
                                  .content_type = kJson,
                                  .body = body,
                                  .at_most_once = true}));
  } catch (const ServiceRefusal& refusal) {
    if (refusal.outcome_unknown()) {
      say("the secret may have been replaced by one that nobody has seen; run the same command again");
    }
    throw;
  }
}

}  // namespace

int create_tenant(const TenantOptions& options) {
  ServiceClient client(options.service.access(), say);
  const auto file = file_for_secret(options);
  write(made_tenant(client, options), options, file.get());
  return kDone;
}

int rotate_secret(const TenantOptions& options) {
  ServiceClient client(options.service.access(), say);
  const auto tenant = find_tenant(client, options.tenant);
  const auto file = file_for_secret(options);
  write(rotated(client, cell(tenant, "client_id"), options.overlap), options, file.get());
  return kDone;
}

}  // namespace annals::cli
