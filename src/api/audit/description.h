#pragma once

#include <exception>
#include <optional>

#include <boost/json.hpp>

#include "api/audit/audited.h"
#include "audit/record.h"
#include "http/message.h"
#include "ids/id.h"

namespace annals::api {

/// Says who sends a request, and for which tenant.
struct Requester {
  audit::Actor actor = {};
  std::optional<ClientId> tenant = {};  // to which the request was admitted, if it was to one
};

/// Returns what goes on record of a request before it is handled: neither secrets nor events, and nothing but
/// what `route` names of its body and its query.
audit::Record describe(const AuditedRoute& route, const Requester& requester, const http::Request& request);

/// Returns those of the body's members in which people write what they like.
boost::json::object texts_of(const AuditedRoute& route, const http::Request& request);

/// Adds these members to the record of a request, unless it was refused.
void add_texts(audit::Record& record, const boost::json::object& texts);

/// Adds to the record of a request how it was answered, and the id of what it has made.
void add_outcome(audit::Record& record, const http::Response& response);

/// Adds to the record of a request with what error it ended.
void add_outcome(audit::Record& record, const std::exception_ptr& error);

}  // namespace annals::api
