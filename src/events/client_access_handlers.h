#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "events/events_table.h"
#include "http/message.h"
#include "http/router.h"

namespace annals::events {

/// How the handlers of events come from a request to a table. The tenants' side fills it, which this folder
/// does not know.
struct ClientAccess {
  /// Refuses whoever may not use the tenant that the request names, before its body is read.
  http::Guard guard;
  /// The table of the tenant that the request names. Throws as the guard does. Nothing of the request is
  /// needed once this has returned.
  std::function<boost::asio::awaitable<EventsTable>(const http::Request& request)> table_of;
  /// The table of a tenant by its id (when `tenant` has the shape of a UUID) or else its database name;
  /// nothing when there is no such active tenant, or when `client_id` is given and is not that tenant's.
  std::function<boost::asio::awaitable<std::optional<EventsTable>>(std::string tenant,
                                                                   std::optional<std::string> client_id)>
      table_named;
};

}  // namespace annals::events
