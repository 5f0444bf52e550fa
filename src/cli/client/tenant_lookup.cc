#include "cli/client/tenant_lookup.h"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "cli/client/answers.h"
#include "ids/uuid.h"
#include "text/percent_encoding.h"

namespace annals::cli {
namespace {

constexpr int kNotFound = 404;

boost::json::object tenant_of_database(ServiceClient& client, const std::string& database) {
  const auto page = object_in(
      ask(client, {.target = "/api/tenants?limit=1&database_name=" + text::percent_encode(database)}));
  const auto& found = page.at("results").as_array();
  if (found.empty()) {
    throw ServiceRefusal(
        fmt::format("there is no tenant with the database {}; see annals tenant list", database), kNotFound);
  }
  return found.front().as_object();
}

}  // namespace

boost::json::object find_tenant(ServiceClient& client, const std::string& name) {
  if (!parse_uuid(name)) return tenant_of_database(client, name);
  return object_in(ask(client, {.target = "/api/tenants/" + text::percent_encode(name)}));
}

std::string id_of_database(ServiceClient& client, const std::string& database) {
  return std::string(tenant_of_database(client, database).at("client_id").as_string());
}

}  // namespace annals::cli
