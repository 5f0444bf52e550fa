#pragma once

#include <string>
#include <string_view>

#include "events/event.h"

namespace annals::envelopes {

/// The event in an envelope, and the tenant that the envelope is for.
struct Enveloped {
  std::string tenant;  // a client id or the name of a database, unchecked
  events::Event event;
};

/// Decodes an EventBridge envelope. `tenant_field` is `source`, `account`, `detail-type` or `detail.<key>`.
/// That field, `source` and `detail` are required; nothing else of the envelope is read. What names the
/// tenant may occur only once; of other repeated keys the last value counts. The event must be complete.
/// Throws InvalidInput with all problems, in field order; the problem of a tenant's key in `detail` follows
/// those of the event.
Enveloped decode_event_bridge(std::string_view json, std::string_view tenant_field);

}  // namespace annals::envelopes
