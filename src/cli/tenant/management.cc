// The commands that show, change and delete tenants.
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/answers.h"
#include "cli/client/tenant_lookup.h"
#include "cli/tenant/options.h"
#include "cli/terminal/confirmation.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/printable.h"
#include "cli/terminal/table.h"

namespace annals::cli {
namespace {

constexpr const char* kJson = "application/json";

void say(std::string_view text) {
  fmt::print(stderr, "annals tenant: {}\n", text);
}

std::string state_of(const boost::json::object& tenant) {
  const auto* suspended = tenant.if_contains("suspended");
  return suspended != nullptr && suspended->is_bool() && suspended->as_bool() ? "suspended"
                                                                              : cell(tenant, "state");
}

std::string target_of(const boost::json::object& tenant) {
  return "/api/tenants/" + cell(tenant, "client_id");
}

int set_suspended(const TenantOptions& options, bool suspended) {
  ServiceClient client(options.service.access(), say);
  const auto tenant = find_tenant(client, options.tenant);
  const std::string body = boost::json::serialize(boost::json::object{{"suspended", suspended}});
  (void)ask(client, {.method = "PATCH", .target = target_of(tenant), .content_type = kJson, .body = body});
  say(printable(
      fmt::format("{} is {} now", cell(tenant, "database_name"), suspended ? "suspended" : "active")));
  return kDone;
}

/// Throws Mistake unless somebody wants the tenant to be deleted.
void make_sure(const TenantOptions& options, const boost::json::object& tenant) {
  if (options.yes) return;
  if (!can_ask()) throw Mistake("a deletion is final: pass --yes, or run it in a terminal to be asked");
  const std::string database = cell(tenant, "database_name");
  const std::string warning =
      fmt::format("This deletes the tenant {} ({}, {}) with all of its events and files, for ever.", database,
                  cell(tenant, "client_label"), cell(tenant, "client_id"));
  if (!is_confirmed(warning, database)) throw Mistake("not confirmed; nothing is deleted");
}

}  // namespace

int list_tenants(const TenantOptions& options) {
  Table table({{"database"}, {"client_id"}, {"state"}, {"created_at"}, {"label"}});
  ServiceClient client(options.service.access(), say);
  const std::string filter = options.state.empty() ? "" : "?state=" + options.state;
  for_each_page(client, "/api/tenants" + filter, [&](const boost::json::array& tenants) {
    for (const auto& item : tenants) {
      const auto& tenant = item.as_object();
      if (options.json) {
        print_line(boost::json::serialize(tenant));
      } else {
        table.add({cell(tenant, "database_name"), cell(tenant, "client_id"), state_of(tenant),
                   cell(tenant, "created_at"), cell(tenant, "client_label")});
      }
    }
    if (!options.json) table.print();
  });
  return kDone;
}

int show_tenant(const TenantOptions& options) {
  ServiceClient client(options.service.access(), say);
  // A list does not show what a tenant uses of its quotas.
  const auto tenant = object_in(ask(client, {.target = target_of(find_tenant(client, options.tenant))}));
  if (options.json) {
    print_line(boost::json::serialize(tenant));
    return kDone;
  }
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& member : tenant) {
    const std::string name(member.key());
    if (name != "suspended")
      facts.emplace_back(name, name == "state" ? state_of(tenant) : cell(tenant, name));
  }
  print_facts(facts);
  return kDone;
}

int suspend_tenant(const TenantOptions& options) {
  return set_suspended(options, true);
}

int resume_tenant(const TenantOptions& options) {
  return set_suspended(options, false);
}

int delete_tenant(const TenantOptions& options) {
  ServiceAccess access = options.service.access();
  ServiceClient client(access, say);
  const auto tenant = find_tenant(client, options.tenant);
  make_sure(options, tenant);
  access.client_id = cell(tenant, "client_id");
  try {
    (void)ServiceClient(access, say).ask({.method = "DELETE", .target = "/api/delete-tenant"});
  } catch (const ServiceRefusal&) {
    say("the deletion is not known to be complete; the same command resumes it");
    throw;
  }
  say(printable(fmt::format("{} is deleted", cell(tenant, "database_name"))));
  return kDone;
}

}  // namespace annals::cli
