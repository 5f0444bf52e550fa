#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "cli/client/service_client.h"

namespace annals::cli {

/// Sends a request once, as ServiceClient::ask() does. Throws Mistake, too, if the service finds the request
/// invalid.
io::HttpResponse ask(ServiceClient& client, const ServiceClient::Request& request);

/// Returns an answer that ServiceClient has returned. Throws Mistake if the service finds the request
/// invalid.
io::HttpResponse accepted(io::HttpResponse answer);

/// Returns the JSON object that is the body. Throws std::runtime_error if it is none, as from a proxy.
boost::json::object object_in(const io::HttpResponse& answer);

/// Returns a member as text for people: "-" if it is null or absent, a text as it is, the number of items of
/// a list, and JSON for the rest.
std::string cell(const boost::json::object& object, std::string_view name);

/// Calls `take` with the items of each page of a list that takes `limit` and `offset`. `target` is the path
/// with a query that is complete, or ends in `?` or `&`.
void for_each_page(ServiceClient& client, const std::string& target,
                   const std::function<void(const boost::json::array& items)>& take);

}  // namespace annals::cli
