// The command that makes a viewer token.
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/answers.h"
#include "cli/client/tenant_lookup.h"
#include "cli/command/mistake.h"
#include "cli/tenant/new_secret_file.h"
#include "cli/tenant/options.h"
#include "cli/terminal/exit_codes.h"
#include "cli/terminal/output.h"

namespace annals::cli {
namespace {

void say(std::string_view text) {
  fmt::print(stderr, "annals tenant: {}\n", text);
}

}  // namespace

int make_viewer_token(const TenantOptions& options) {
  auto filter = options.filter.document();
  // A filter that got lost on the way must not show everything.
  if (filter.empty() != options.whole_history) {
    throw Mistake("say what the token shows: filters, or --whole-history");
  }
  ServiceClient client(options.service.access(), say);
  const auto tenant = find_tenant(client, options.tenant);
  std::unique_ptr<NewSecretFile> file;
  if (!options.secret_to.empty()) file = std::make_unique<NewSecretFile>(options.secret_to);
  boost::json::array permissions{"history"};
  if (options.files) permissions.emplace_back("files");
  const std::string body =
      boost::json::serialize(boost::json::object{{"client_id", cell(tenant, "client_id")},
                                                 {"filter", std::move(filter)},
                                                 {"permissions", std::move(permissions)},
                                                 {"expires_in", options.expires_in}});
  auto made = object_in(ask(client, {.method = "POST",
                                     .target = "/api/viewer-tokens",
                                     .content_type = "application/json",
                                     .body = body,
                                     .at_most_once = true}));
  say(fmt::format("the token is valid until {}", cell(made, "expires_at")));
  if (file) {
    file->write(made.at("token").as_string());
    made.erase("token");
  }
  if (options.json) {
    print_line(boost::json::serialize(made));
  } else if (!file) {
    print_line(cell(made, "token"));
  }
  return kDone;
}

}  // namespace annals::cli
