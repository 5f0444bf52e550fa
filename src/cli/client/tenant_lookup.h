#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "cli/client/service_client.h"

namespace annals::cli {

/// Returns the tenant that a person has named, as the service shows it. A text of the form of a UUID is a
/// client_id, and any other one a database name. Throws ServiceRefusal if there is none.
boost::json::object find_tenant(ServiceClient& client, const std::string& name);

/// Returns the client_id of the tenant with that database. Needs a platform key that may list tenants. Throws
/// ServiceRefusal if there is none.
std::string id_of_database(ServiceClient& client, const std::string& database);

}  // namespace annals::cli
