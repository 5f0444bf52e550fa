// The commands that change a tenant's label, retention and quotas, and show the last two.
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/answers.h"
#include "cli/client/tenant_lookup.h"
#include "cli/command/mistake.h"
#include "cli/tenant/options.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"
#include "cli/terminal/table.h"

namespace annals::cli {
namespace {

constexpr const char* kJson = "application/json";

void say(std::string_view text) {
  fmt::print(stderr, "annals tenant: {}\n", text);
}

std::string target_of(const boost::json::object& tenant) {
  return "/api/tenants/" + cell(tenant, "client_id");
}

void change(const TenantOptions& options, const boost::json::object& change) {
  ServiceClient client(options.service.access(), say);
  const auto tenant = find_tenant(client, options.tenant);
  const std::string body = boost::json::serialize(change);
  (void)ask(client, {.method = "PATCH", .target = target_of(tenant), .content_type = kJson, .body = body});
}

/// Returns the tenant with what it uses, which a list does not have.
boost::json::object shown(const TenantOptions& options) {
  ServiceClient client(options.service.access(), say);
  return object_in(ask(client, {.target = target_of(find_tenant(client, options.tenant))}));
}

/// Returns an object that a tenant may have. If it has none, says so and returns null.
const boost::json::object* part_of(const TenantOptions& options, const boost::json::object& tenant,
                                   std::string_view name, std::string_view without) {
  const auto* part = tenant.if_contains(name);
  const auto* object = part == nullptr ? nullptr : part->if_object();
  if (object == nullptr) {
    if (options.json) print_line("null");
    say(without);
  }
  return object;
}

void print_retention(const boost::json::object& retention) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& member : retention) facts.emplace_back(member.key(), cell(retention, member.key()));
  print_facts(facts);
}

void print_usage(const boost::json::object& usage) {
  using enum Table::Align;
  Table table({{"quota"}, {"limit", right}, {"used", right}});
  for (const auto& member : usage) {
    const auto& values = member.value().as_object();
    table.add({std::string(member.key()), cell(values, "limit"), cell(values, "used")});
  }
  table.print();
}

/// Returns a number of the options as JSON; null stands for `word`. Throws Mistake.
boost::json::value number_or(const std::string& text, std::string_view word, std::string_view what) {
  if (text == word) return nullptr;
  boost::system::error_code error;
  auto number = boost::json::parse(text, error);
  const bool is_number = !error && (number.is_uint64() || (number.is_int64() && number.get_int64() >= 0));
  if (!is_number) throw Mistake(fmt::format("{} must be a number or '{}'", what, word));
  return number;
}

}  // namespace

int label_tenant(const TenantOptions& options) {
  change(options, {{"client_label", options.label}});
  return kDone;
}

int retain_tenant(const TenantOptions& options) {
  if (!options.retention.empty()) {
    change(options, {{"retention_days", number_or(options.retention, "forever", "DAYS")}});
    return kDone;
  }
  const auto tenant = shown(options);
  if (const auto* retention = part_of(options, tenant, "retention", "its events are kept for ever")) {
    if (options.json) {
      print_line(boost::json::serialize(*retention));
    } else {
      print_retention(*retention);
    }
  }
  return kDone;
}

int limit_tenant(const TenantOptions& options) {
  boost::json::object quotas;
  for (const auto& [name, value] : options.quotas) {
    if (!value.empty()) quotas[name] = number_or(value, "default", "a quota");
  }
  if (!quotas.empty()) change(options, {{"quotas", std::move(quotas)}});
  const auto tenant = shown(options);
  if (const auto* usage = part_of(options, tenant, "quota_usage", "nothing is limited")) {
    if (options.json) {
      print_line(boost::json::serialize(*usage));
    } else {
      print_usage(*usage);
    }
  }
  return kDone;
}

}  // namespace annals::cli
